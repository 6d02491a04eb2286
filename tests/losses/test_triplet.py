import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import Triplet
from kowairo.testing import check_loss

MININGS = ["batch_hard", "semi_hard"]
HINGES = ["margin", "soft"]


def on_circle(*angles):
    return torch.tensor([[math.cos(angle), math.sin(angle)] for angle in angles])


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("hinge", HINGES)
def test_triplet_passes_the_contract(mining, hinge):
    check_loss(Triplet(mining=mining, hinge=hinge))


def test_batch_hard_by_hand():
    # Speaker 0 at angles 0 and 0.5, speaker 1 at 1 and 3.
    embeddings, labels = on_circle(0.0, 0.5, 1.0, 3.0), torch.tensor([0, 0, 1, 1])
    pairs = [(0.5, 1.0), (0.5, 0.5), (2.0, 0.5), (2.0, 2.5)]
    costs = [max(0.0, 0.3 + (1 - math.cos(p)) - (1 - math.cos(n))) for p, n in pairs]
    assert Triplet(margin=0.3)(embeddings, labels).item() == pytest.approx(sum(costs) / 4, abs=1e-6)


def test_semi_hard_by_hand():
    # Anchor 0: the positive at 0.5, negatives at 0.4 (nearer) and 0.8: 0.8 is taken. Anchor at 0.5: negatives
    # 0.1 and 0.3 away are both nearer than 0.5: the farther, 0.3, is taken. Others have no pair.
    embeddings, labels = on_circle(0.0, 0.5, 0.4, 0.8), torch.tensor([0, 0, 1, 2])
    costs = [0.2 + math.cos(n) - math.cos(0.5) for n in (0.8, 0.3)]
    value = Triplet(margin=0.2, mining="semi_hard")(embeddings, labels)
    assert value.item() == pytest.approx((max(0.0, costs[0]) + costs[1]) / 2, abs=1e-6)


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("hinge", HINGES)
def test_the_loss_agrees_with_a_loop_for_speakers_of_different_sizes(mining, hinge):
    # One published implementation needs equally many positives an anchor.
    embeddings = torch.randn(14, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0] * 6 + [1] * 4 + [2] * 3 + [3])
    violations = list(_naive_violations(embeddings, labels.tolist(), mining))
    costs = [math.log1p(math.exp(v)) if hinge == "soft" else max(0.0, v + 0.4) for v in violations]
    value = Triplet(margin=0.4, mining=mining, hinge=hinge)(embeddings, labels)
    assert value.item() == pytest.approx(sum(costs) / len(costs), abs=1e-5)


def _naive_violations(embeddings, labels, mining):
    def distance(i, j):
        return 1 - torch.cosine_similarity(embeddings[i], embeddings[j], dim=0).item()

    rows = range(len(labels))
    for a in rows:
        positives = [distance(a, i) for i in rows if labels[i] == labels[a] and i != a]
        negatives = [distance(a, i) for i in rows if labels[i] != labels[a]]
        if mining == "batch_hard" and positives:
            yield max(positives) - min(negatives)
        if mining == "semi_hard":
            for positive in positives:
                farther = [n for n in negatives if n > positive]
                yield positive - (min(farther) if farther else max(negatives))


@pytest.mark.parametrize("mining", MININGS)
def test_satisfied_triplets_cost_nothing(mining):
    # One published implementation counts 1 for each.
    embeddings, labels = on_circle(0.0, 0.01, 3.0, 3.01), torch.tensor([0, 0, 1, 1])
    assert Triplet(margin=0.5, mining=mining)(embeddings, labels).item() == 0.0


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("labels", [[0, 1, 2], [0, 0, 0]])
def test_a_batch_without_triplets_costs_nothing(mining, labels):
    embeddings = on_circle(0.0, 1.0, 2.0).requires_grad_()
    value = Triplet(mining=mining)(embeddings, torch.tensor(labels))
    value.backward()
    assert value.item() == 0.0
    assert torch.equal(embeddings.grad, torch.zeros(3, 2))


def test_lengths_do_not_matter():
    embeddings, labels = on_circle(0.0, 0.9, 1.0, 2.0), torch.tensor([0, 0, 1, 1])
    scaled = embeddings * torch.tensor([[0.1], [2.0], [30.0], [4.0]])
    torch.testing.assert_close(Triplet()(scaled, labels), Triplet()(embeddings, labels))


def test_a_squared_euclidean_margin_of_four_is_refused():
    with pytest.raises(InputError, match=r"margin in 0\.\.2"):
        Triplet(margin=4.0)


@pytest.mark.parametrize("names", [{"mining": "hard"}, {"hinge": "softplus"}])
def test_unknown_names_are_refused(names):
    with pytest.raises(InputError, match="expected hinge one of"):
        Triplet(**names)
