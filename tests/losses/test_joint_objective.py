import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import (
    MMD,
    CosineDistillation,
    JointObjective,
    PairwiseDistanceMMD,
    Softmax,
    Targets,
    Triplet,
    WeightedTerm,
)

EMBEDDINGS = torch.randn(8, 4, generator=torch.Generator().manual_seed(0))
TEACHER = torch.randn(8, 4, generator=torch.Generator().manual_seed(1))
LABELS, DOMAINS = torch.arange(8) % 3, torch.arange(8) % 2


def test_every_kind_of_loss_gets_what_it_needs():
    softmax, mmd, distillation = Softmax(4, 3, seed=0), MMD(), CosineDistillation(4, 4)
    objective = JointObjective(
        [WeightedTerm(softmax, 2.0), WeightedTerm(mmd, 0.5), WeightedTerm(distillation)]
    )
    targets = Targets(labels=LABELS, domains=DOMAINS, teacher=TEACHER)
    expected = [softmax(EMBEDDINGS, LABELS), mmd(EMBEDDINGS, DOMAINS), distillation(EMBEDDINGS, TEACHER)]
    torch.testing.assert_close(objective.costs(EMBEDDINGS, targets), expected)
    total = 2.0 * expected[0] + 0.5 * expected[1] + expected[2]
    torch.testing.assert_close(objective(EMBEDDINGS, targets), total)


def test_unlabelled_rows_are_left_out_of_losses_over_labels_only():
    labels = torch.tensor([0, 1, 2, 0, -1, -1, -1, -1])
    softmax = Softmax(4, 3, seed=0)
    objective = JointObjective([WeightedTerm(softmax), WeightedTerm(CosineDistillation(4, 4))])
    costs = objective.costs(EMBEDDINGS, Targets(labels=labels, teacher=TEACHER))
    torch.testing.assert_close(costs[0], softmax(EMBEDDINGS[:4], labels[:4]))
    torch.testing.assert_close(costs[1], CosineDistillation(4, 4)(EMBEDDINGS, TEACHER))


@pytest.mark.parametrize("loss", [Softmax(4, 3), Triplet()])
def test_a_batch_without_labels_costs_nothing_and_has_a_gradient(loss):
    leaf = EMBEDDINGS.clone().requires_grad_()
    value = JointObjective([WeightedTerm(loss)])(leaf, Targets(labels=torch.full((8,), -1)))
    value.backward()
    assert value.item() == 0.0
    assert torch.equal(leaf.grad, torch.zeros(8, 4))


def test_a_domain_loss_sees_the_labels_too():
    loss = PairwiseDistanceMMD()
    value = JointObjective([WeightedTerm(loss)])(EMBEDDINGS, Targets(labels=LABELS, domains=DOMAINS))
    torch.testing.assert_close(value, loss(EMBEDDINGS, DOMAINS, LABELS))


def test_the_classifier_is_found():
    softmax = Softmax(4, 3)
    assert JointObjective([WeightedTerm(MMD()), WeightedTerm(softmax)]).classifier is softmax
    assert JointObjective([WeightedTerm(MMD())]).classifier is None


@pytest.mark.parametrize(
    ("loss", "missing"),
    [(Softmax(4, 3), "labels"), (MMD(), "domains"), (CosineDistillation(4, 4), "teacher")],
)
def test_a_batch_that_lacks_what_a_loss_needs_is_refused(loss, missing):
    with pytest.raises(InputError, match=f"needs {missing}"):
        JointObjective([WeightedTerm(loss)])(EMBEDDINGS, Targets())


def test_no_term_is_refused():
    with pytest.raises(InputError, match="at least one term"):
        JointObjective([])
