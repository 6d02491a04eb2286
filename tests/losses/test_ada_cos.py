import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AdaCos
from kowairo.testing import check_loss


@pytest.mark.parametrize("rule", ["dynamic", "fixed"])
def test_ada_cos_passes_the_contract(rule):
    check_loss(AdaCos(8, 5, rule=rule, seed=0))


def test_the_scale_starts_at_the_fixed_one():
    assert AdaCos(4, 11).scale.item() == pytest.approx(math.sqrt(2) * math.log(10))


def test_a_step_of_the_scale_by_hand():
    loss = AdaCos(2, 3)
    loss.weight.data = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    start = loss.scale.item()
    # The embedding at 0.3 rad has the target cosine cos 0.3 and the others sin 0.3 and -sin 0.3.
    loss(torch.tensor([[math.cos(0.3), math.sin(0.3)]]), torch.tensor([0]))
    sum_of_others = math.exp(start * math.sin(0.3)) + math.exp(-start * math.sin(0.3))
    assert loss.scale.item() == pytest.approx(max(1.0, math.log(sum_of_others) / math.cos(0.3)), rel=1e-5)


def test_the_scale_and_the_loss_agree_with_a_loop():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(15, 6, generator=generator), torch.arange(15) % 7
    loss = AdaCos(6, 7, seed=0)
    before = loss.scale.item()
    rows = loss.weight.detach()
    cosines = [[torch.cosine_similarity(e, w, dim=0).item() for w in rows] for e in embeddings]
    pairs = list(zip(cosines, labels.tolist(), strict=True))
    mean = sum(math.exp(before * c) for row, y in pairs for j, c in enumerate(row) if j != y) / 15
    median = sorted(math.acos(row[y]) for row, y in pairs)[7]
    scale = math.log(mean) / math.cos(min(math.pi / 4, median))
    cost = sum(math.log(sum(math.exp(scale * c) for c in row)) - scale * row[y] for row, y in pairs) / 15
    assert loss(embeddings, labels).item() == pytest.approx(cost, rel=1e-5)
    assert loss.scale.item() == pytest.approx(scale, rel=1e-5)


def test_the_scale_falls_as_targets_are_reached():
    loss = AdaCos(20, 20, seed=0)
    loss.weight.data = torch.eye(20)
    for _ in range(5):
        loss(torch.eye(20), torch.arange(20))
    assert loss.scale.item() < math.sqrt(2) * math.log(19)


@pytest.mark.parametrize(("rule", "training"), [("fixed", True), ("dynamic", False)])
def test_fixed_and_evaluated_scales_stay(rule, training):
    loss = AdaCos(4, 5, rule=rule, seed=0).train(training)
    before = loss.scale.item()
    loss(torch.ones(3, 4), torch.arange(3))
    assert loss.scale.item() == before


def test_the_scale_is_saved():
    assert "scale" in AdaCos(4, 5).state_dict()


def test_two_classes_are_refused():
    with pytest.raises(InputError, match="num_classes >= 3"):
        AdaCos(4, 2)
