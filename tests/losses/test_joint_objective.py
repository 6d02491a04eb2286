import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import (
    MMD,
    CosineDistillation,
    DomainAdversarial,
    JointObjective,
    PairwiseDistanceMMD,
    RowCounts,
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


def test_rows_of_an_unknown_domain_are_left_out_of_losses_over_domains():
    domains = torch.tensor([0, 1, 0, 1, 0, -1, -1, -1])
    labels = torch.tensor([0, 0, 1, 1, -1, 0, -1, -1])
    for loss in (MMD(), PairwiseDistanceMMD()):
        value = JointObjective([WeightedTerm(loss)])(EMBEDDINGS, Targets(labels=labels, domains=domains))
        torch.testing.assert_close(value, loss(EMBEDDINGS[:5], domains[:5], labels[:5]))


def test_utterances_of_unknown_speakers_make_no_pairs():
    labels = torch.tensor([0, 0, 1, 1, -1, -1, -1, -1])
    loss = PairwiseDistanceMMD()
    torch.testing.assert_close(
        loss(EMBEDDINGS, DOMAINS, labels), loss(EMBEDDINGS[:4], DOMAINS[:4], labels[:4])
    )


def test_known_rows_are_counted_by_kind():
    targets = Targets(labels=torch.tensor([0, -1, 2]), domains=torch.tensor([-1, -1, 0]), teacher=TEACHER[:3])
    assert targets.counts() == RowCounts(labels=2, domains=1, teacher=3)
    assert Targets().counts() == RowCounts(0, 0, 0)


def test_the_shares_of_parts_add_up_to_the_loss_and_gradient_of_the_batch():
    labels = torch.tensor([0, 1, -1, 0, -1, -1, -1, 2])
    domains = torch.tensor([-1, 1, 0, 0, 1, -1, -1, -1])
    terms = [Softmax(4, 3, seed=0), DomainAdversarial(4, 2, seed=0), CosineDistillation(4, 4)]
    objective = JointObjective([WeightedTerm(loss, 0.5 + i) for i, loss in enumerate(terms)])
    whole = Targets(labels, domains, TEACHER)
    leaves = [EMBEDDINGS.clone().requires_grad_() for _ in range(2)]
    expected = objective(leaves[0], whole)
    expected.backward()
    parts = [slice(0, 3), slice(3, 5), slice(5, 8)]
    total = sum(
        objective.share(leaves[1][rows], Targets(labels[rows], domains[rows], TEACHER[rows]), whole.counts())
        for rows in parts
    )
    total.backward()
    torch.testing.assert_close(total, expected)
    torch.testing.assert_close(leaves[1].grad, leaves[0].grad)


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
