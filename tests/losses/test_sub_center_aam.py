import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax, SubCenterAAM
from kowairo.testing import check_loss


@pytest.mark.parametrize(("sub_centers", "num_hard"), [(1, 0), (3, 2), (3, 5)])
def test_sub_center_aam_passes_the_contract(sub_centers, num_hard):
    check_loss(SubCenterAAM(8, 5, sub_centers=sub_centers, num_hard=num_hard, seed=0))


def test_one_centre_and_no_penalty_are_aam_softmax():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(20, 6, generator=generator), torch.arange(20) % 5
    plain = AAMSoftmax(6, 5, margin_rad=0.3, scale=20.0, seed=3)
    loss = SubCenterAAM(6, 5, margin_rad=0.3, scale=20.0, sub_centers=1, num_hard=0, seed=3)
    torch.testing.assert_close(loss(embeddings, labels), plain(embeddings, labels))


def test_the_loss_of_one_embedding_by_hand():
    loss = SubCenterAAM(2, 3, margin_rad=0.2, scale=2.0, sub_centers=2, num_hard=1, hard_margin_rad=0.1)
    angles = torch.tensor([[0.5, 3.0], [2.0, 1.0], [1.5, -2.5]])
    loss.weight.data = torch.stack([angles.cos(), angles.sin()], dim=2)
    # At angle 0 the nearest centres are at 0.5, 1 and 1.5 rad: the target's becomes 0.7, the next 0.9.
    logits = [2.0 * math.cos(0.7), 2.0 * math.cos(0.9), 2.0 * math.cos(1.5)]
    expected = math.log(sum(map(math.exp, logits))) - logits[0]
    assert loss(torch.tensor([[7.0, 0.0]]), torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)


def test_the_loss_agrees_with_a_loop():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(20, 4, generator=generator), torch.arange(20) % 6
    loss = SubCenterAAM(
        4, 6, margin_rad=0.3, scale=10.0, sub_centers=2, num_hard=2, hard_margin_rad=0.06, seed=0
    )
    costs = [_naive_cost(loss, e, y) for e, y in zip(embeddings, labels.tolist(), strict=True)]
    assert loss(embeddings, labels).item() == pytest.approx(sum(costs) / 20, abs=1e-5)


def _naive_cost(loss, embedding, label):
    centers = loss.weight.detach()
    angles = [min(math.acos(torch.cosine_similarity(embedding, c, dim=0)) for c in rows) for rows in centers]
    others = sorted((a, j) for j, a in enumerate(angles) if j != label)
    values = [math.cos(a) for a in angles]
    for angle, j in others[: loss.num_hard]:
        values[j] = math.cos(angle - loss.hard_margin_rad)
    beyond = values[label] - 1 + math.cos(loss.margin_rad)
    values[label] = (
        math.cos(angles[label] + loss.margin_rad) if angles[label] + loss.margin_rad < math.pi else beyond
    )
    logits = [loss.scale * value for value in values]
    return math.log(sum(map(math.exp, logits))) - logits[label]


def test_the_hard_margin_grows_with_the_margin():
    loss = SubCenterAAM(4, 5, margin_rad=0.2, hard_margin_rad=0.06)
    loss.set_margin(0.1)
    assert loss.hard_margin_rad == pytest.approx(0.03)
    loss.set_margin(0.0)
    assert loss.hard_margin_rad == 0.0


def test_all_centres_of_a_class_are_one_row_of_the_weights():
    assert SubCenterAAM(4, 5, sub_centers=3).weight.shape == (5, 3, 4)


def test_no_centre_is_refused():
    with pytest.raises(InputError, match="sub_centers >= 1"):
        SubCenterAAM(4, 5, sub_centers=0)
