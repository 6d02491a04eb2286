import pytest
import torch
import torch.nn.functional as F

from kowairo.core import InputError
from kowairo.losses import (
    AAMSoftmax,
    DomainIdentityLevel,
    IdentityLevel,
    JointObjective,
    LossSizes,
    Softmax,
    SubCenterAAM,
    Targets,
    Triplet,
    WeightedTerm,
    build_loss,
    domain_levels,
    identity_levels,
)
from kowairo.losses.identity_level import LevelProjection
from kowairo.testing import check_domain_loss, check_loss

EMBEDDINGS = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
CHARACTERS, ACTORS = torch.tensor([0, 1, 2, 0, 1, 2]), torch.tensor([0, 0, 1, 0, 0, -1])
YAML = {
    "class_path": "JointObjective",
    "init_args": {
        "terms": [
            {
                "loss": {
                    "class_path": "IdentityLevel",
                    "init_args": {"name": "character", "loss": {"class_path": "AAMSoftmax"}},
                }
            },
            {
                "loss": {
                    "class_path": "DomainIdentityLevel",
                    "init_args": {
                        "name": "actor",
                        "loss": {"class_path": "AAMSoftmax", "init_args": {"embedding_dim": 3}},
                    },
                },
                "weight": 0.5,
            },
        ]
    },
}


def level(dim=4, level_dim=4, loss=Softmax, name="character"):
    return IdentityLevel(dim, loss(level_dim, 3, seed=0), name=name, seed=1)


@pytest.mark.parametrize("level_dim", [8, 5])
def test_a_level_of_labels_passes_the_contract(level_dim):
    check_loss(IdentityLevel(8, AAMSoftmax(level_dim, 5, seed=0), name="character", seed=0))


@pytest.mark.parametrize("loss", [AAMSoftmax(8, 3, seed=0), SubCenterAAM(8, 3, seed=0)])
def test_a_level_of_domains_passes_the_contract(loss):
    check_domain_loss(DomainIdentityLevel(8, loss, name="actor"), num_domains=3)


def test_a_square_projection_changes_nothing_at_first():
    loss = Softmax(4, 3, seed=0)
    found = IdentityLevel(4, loss, name="character")
    torch.testing.assert_close(found(EMBEDDINGS, CHARACTERS), loss(EMBEDDINGS, CHARACTERS))


def test_the_classifier_sees_the_projected_embeddings():
    found = level(level_dim=2)
    projected = EMBEDDINGS @ found.projection.weight.T
    torch.testing.assert_close(found.logits(EMBEDDINGS), found.loss.logits(projected))
    torch.testing.assert_close(found(EMBEDDINGS, CHARACTERS), found.loss(projected, CHARACTERS))
    domain = DomainIdentityLevel(4, found.loss, name="actor", seed=1)
    torch.testing.assert_close(domain.logits(EMBEDDINGS), found.logits(EMBEDDINGS))
    torch.testing.assert_close(domain(EMBEDDINGS, CHARACTERS), found(EMBEDDINGS, CHARACTERS))


def test_rows_are_those_of_the_loss_and_stand_once_in_the_state():
    found = level(loss=AAMSoftmax)
    assert found.classifier is found
    assert found.weight is found.loss.weight
    assert set(found.state_dict()) == {"projection.weight", "loss.weight"}
    assert DomainIdentityLevel(4, found.loss, name="actor").weight is found.loss.weight


def test_a_margin_reaches_the_loss_of_either_level():
    for kind in (IdentityLevel, DomainIdentityLevel):
        found = kind(4, AAMSoftmax(4, 3, seed=0), name="x")
        found.set_margin(0.35)
        assert found.loss.margin_rad == 0.35


def test_two_levels_are_built_from_a_configuration_each_with_its_own_classes():
    sizes = LossSizes(embedding_dim=4, num_classes=3, num_domains=2, seed=1)
    objective = build_loss(YAML, JointObjective, sizes=sizes)
    levels = identity_levels(objective)
    assert list(levels) == ["character", "actor"]
    assert levels["character"].weight.shape == (3, 4)
    assert levels["actor"].weight.shape == (2, 3)
    assert levels["actor"].projection.weight.shape == (3, 4)
    assert objective.classifier is levels["character"]
    assert not objective.needs_whole_batch


def test_a_character_without_an_actor_counts_at_its_own_level_only():
    sizes = LossSizes(embedding_dim=4, num_classes=3, num_domains=2, seed=1)
    objective = build_loss(YAML, JointObjective, sizes=sizes)
    levels = identity_levels(objective)
    value = objective(EMBEDDINGS, Targets(labels=CHARACTERS, domains=ACTORS))
    expected = levels["character"](EMBEDDINGS, CHARACTERS) + 0.5 * levels["actor"](EMBEDDINGS[:5], ACTORS[:5])
    torch.testing.assert_close(value, expected)


def test_the_levels_pull_their_projections_apart():
    terms = [WeightedTerm(level()), WeightedTerm(DomainIdentityLevel(4, Softmax(4, 2, seed=0), name="actor"))]
    objective = JointObjective(terms)
    optimizer = torch.optim.SGD(objective.parameters(), lr=0.5)
    for _ in range(20):
        optimizer.zero_grad()
        objective(EMBEDDINGS, Targets(labels=CHARACTERS, domains=ACTORS)).backward()
        optimizer.step()
    spaces = [EMBEDDINGS @ one.projection.weight.T for one in identity_levels(objective).values()]
    # Characters 0 and 1 are of one actor.
    same_actor = [F.cosine_similarity(space[0], space[1], dim=0) for space in spaces]
    assert same_actor[1] > same_actor[0]


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b"])
def test_a_name_that_no_folder_could_have_is_refused(name):
    with pytest.raises(InputError, match="name of a level"):
        LevelProjection(4, 4, name=name)


@pytest.mark.parametrize("loss", [Triplet(), level()])
def test_a_level_without_a_plain_classifier_is_refused(loss):
    for kind in (IdentityLevel, DomainIdentityLevel):
        with pytest.raises(InputError, match="needs a classifier"):
            kind(4, loss, name="character")


def test_two_levels_of_one_name_are_refused():
    with pytest.raises(InputError, match="two levels"):
        identity_levels(JointObjective([WeightedTerm(level()), WeightedTerm(level())]))


def test_other_losses_have_no_levels():
    assert identity_levels(JointObjective([WeightedTerm(Softmax(4, 3))])) == {}


def test_names_of_levels_over_domains_are_known_before_they_are_built():
    assert domain_levels(YAML) == ["actor"]
    assert domain_levels({"class_path": "AAMSoftmax"}) == []
