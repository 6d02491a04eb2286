import pytest
import yaml

from kowairo.core import InputError
from kowairo.losses import (
    AAMSoftmax,
    CrossBatchMemory,
    DomainAdversarial,
    JointObjective,
    Loss,
    LossSizes,
    SupervisedContrastive,
    Triplet,
    WeightedSum,
    build_loss,
    needed_targets,
)

SIZES = LossSizes(embedding_dim=6, num_classes=4, num_domains=3, teacher_dim=5, seed=1)


def test_a_loss_gets_its_sizes_and_its_arguments():
    config = {"class_path": "kowairo.losses.AAMSoftmax", "init_args": {"margin_rad": 0.3}}
    loss = build_loss(config, Loss, sizes=SIZES)
    assert isinstance(loss, AAMSoftmax)
    assert loss.weight.shape == (4, 6)
    assert loss.margin_rad == 0.3
    assert loss.weight.equal(AAMSoftmax(6, 4, seed=1).weight)


def test_a_loss_without_sizes_gets_none():
    assert isinstance(build_loss({"class_path": "kowairo.losses.Triplet"}, Loss, sizes=SIZES), Triplet)


def test_a_loss_of_this_package_needs_no_module():
    config = {"class_path": "AAMSoftmax"}
    assert isinstance(build_loss(config, Loss, sizes=SIZES), AAMSoftmax)


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        (["GE2E"], {"labels"}),
        (["MMD", "CosineDistillation"], {"domains", "teacher"}),
        (["AAMSoftmax", "CORAL", "ContrastiveDistillation"], {"labels", "domains", "teacher"}),
    ],
)
def test_what_a_configuration_looks_at_is_known_before_it_is_built(names, needed):
    terms = [{"loss": {"class_path": name}} for name in names]
    assert needed_targets({"class_path": "JointObjective", "init_args": {"terms": terms}}) == needed
    if len(names) == 1:
        assert needed_targets({"class_path": names[0]}) == needed


def test_a_memory_is_built_within_its_loss():
    config = yaml.safe_load("""
        class_path: kowairo.losses.SupervisedContrastive
        init_args:
          memory: {class_path: kowairo.losses.CrossBatchMemory, init_args: {size: 20}}
    """)
    loss = build_loss(config, SupervisedContrastive, sizes=SIZES)
    assert isinstance(loss.memory, CrossBatchMemory)
    assert loss.memory.rows.shape == (20, 6)


def test_a_weighted_sum_is_built_from_yaml():
    config = yaml.safe_load("""
        class_path: kowairo.losses.WeightedSum
        init_args:
          terms:
          - loss: {class_path: kowairo.losses.AMSoftmax, init_args: {margin: 0.1}}
          - {loss: {class_path: kowairo.losses.GE2E}, weight: 0.25}
    """)
    loss = build_loss(config, WeightedSum, sizes=SIZES)
    assert loss.weights == (1.0, 0.25)
    assert loss.classifier.margin == 0.1


def test_a_joint_objective_is_built_from_yaml():
    config = yaml.safe_load("""
        class_path: kowairo.losses.JointObjective
        init_args:
          terms:
          - loss: {class_path: kowairo.losses.Softmax}
          - {loss: {class_path: kowairo.losses.DomainAdversarial}, weight: 0.1}
          - {loss: {class_path: kowairo.losses.CosineDistillation}, weight: 2}
    """)
    objective = build_loss(config, JointObjective, sizes=SIZES)
    assert isinstance(objective.losses[1], DomainAdversarial)
    assert objective.losses[1].weight.shape == (3, 128)
    assert objective.losses[2].projection.weight.shape == (5, 6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"class_path": "AAMSoftmaks"}, "is not a loss"),
        ({"class_path": "kowairo.losses.Nothing"}, "is not a loss"),
        ({"class_path": "no.such.module.Loss"}, "cannot import"),
        ({"class_path": "torch.nn.Linear"}, "is not a loss"),
        ({"class_path": "kowairo.losses.Loss"}, "is abstract"),
        ({"class_path": "kowairo.losses.MMD"}, "is not a kowairo"),
        ({"class_path": "kowairo.losses.Triplet", "margin": 1}, "expected class_path and init_args"),
        ({"class_path": "kowairo.losses.Triplet", "init_args": {"margins": 1}}, "margins"),
        ({"class_path": "kowairo.losses.Triplet", "init_args": 3}, "init_args"),
        ({"class_path": "kowairo.losses.WeightedSum", "init_args": {"terms": [{"weight": 1}]}}, "for a term"),
        (
            {
                "class_path": "kowairo.losses.WeightedSum",
                "init_args": {"terms": [{"loss": {"class_path": "kowairo.losses.GE2E"}, "weight": "x"}]},
            },
            "a number",
        ),
    ],
)
def test_what_is_no_loss_is_refused(config, message):
    with pytest.raises(InputError, match=message):
        build_loss(config, Loss, sizes=SIZES)


def test_a_head_without_a_number_of_classes_says_what_it_takes():
    with pytest.raises(InputError, match="num_classes"):
        build_loss({"class_path": "kowairo.losses.Softmax"}, Loss, sizes=LossSizes(embedding_dim=4))
