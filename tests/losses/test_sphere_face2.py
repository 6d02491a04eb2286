import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import SphereFace2
from kowairo.testing import check_loss

TYPES = ["cosine", "angular"]


@pytest.mark.parametrize("margin_type", TYPES)
def test_sphere_face2_passes_the_contract(margin_type):
    check_loss(SphereFace2(8, 5, margin_type=margin_type, margin=0.15, seed=0))


def test_the_loss_of_one_embedding_by_hand():
    loss = SphereFace2(2, 2, margin=0.1, scale=2.0, balance=0.6, sharpness=2.0, bias=0.5)
    loss.weight.data = torch.eye(2)
    # Cosines 0.6 and 0.8, g = 2 * 0.8^2 - 1 = 0.28 and 2 * 0.9^2 - 1 = 0.62.
    target, other = 2.0 * (0.28 - 0.1) + 0.5, 2.0 * (0.62 + 0.1) + 0.5
    expected = 0.6 * math.log(1 + math.exp(-target)) + 0.4 * math.log(1 + math.exp(other))
    assert loss(torch.tensor([[3.0, 4.0]]), torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("margin_type", TYPES)
def test_the_loss_agrees_with_a_loop(margin_type):
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(20, 3, generator=generator), torch.arange(20) % 4
    loss = SphereFace2(3, 4, margin=0.2, margin_type=margin_type, scale=8.0, seed=1)
    costs = [_naive_cost(loss, e, y) for e, y in zip(embeddings, labels.tolist(), strict=True)]
    assert loss(embeddings, labels).item() == pytest.approx(sum(costs) / 20, abs=1e-5)


def _naive_cost(loss, embedding, label):
    cost = 0.0
    for j, row in enumerate(loss.weight.detach()):
        cosine = torch.cosine_similarity(embedding, row, dim=0).item()
        z = loss.scale * _naive_value(loss, cosine, -1 if j == label else 1)
        weight = loss.balance if j == label else 1 - loss.balance
        cost += weight * math.log(1 + math.exp(-z if j == label else z))
    return cost


def _naive_value(loss, cosine, side):
    def sharpen(c):
        return 2 * max((c + 1) / 2, 1e-6) ** loss.sharpness - 1

    if loss.margin_type == "cosine":
        return sharpen(cosine) + side * loss.margin
    moved = math.acos(cosine) - side * loss.margin
    if moved > math.pi:
        return sharpen(cosine - 1 + math.cos(loss.margin))
    if moved < 0:
        return sharpen(cosine + 1 - math.cos(loss.margin))
    return sharpen(math.cos(moved))


@pytest.mark.parametrize("margin_type", TYPES)
def test_large_logits_do_not_overflow(margin_type):
    # log(1 + exp(z)) as it stands is infinite from z = 89 on.
    loss = SphereFace2(4, 3, scale=1e4, margin_type=margin_type, seed=0)
    loss.weight.data = torch.eye(3, 4)
    value = loss(torch.eye(3, 4), torch.tensor([1, 2, 0]))
    value.backward()
    assert value.isfinite()
    assert loss.weight.grad.isfinite().all()


def test_the_bias_is_learned():
    loss = SphereFace2(4, 3, seed=0)
    loss(torch.ones(2, 4), torch.tensor([0, 1])).backward()
    assert loss.bias.grad.item() != 0.0


def test_an_unknown_margin_type_is_refused():
    with pytest.raises(InputError, match="margin_type one of"):
        SphereFace2(4, 3, margin_type="C")


def test_a_balance_of_one_is_refused():
    with pytest.raises(InputError, match="balance in"):
        SphereFace2(4, 3, balance=1.0)
