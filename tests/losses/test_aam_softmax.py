import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax
from kowairo.testing import check_loss

BRANCHES = ["continuous", "classic", "easy"]


@pytest.mark.parametrize("branch", BRANCHES)
def test_aam_softmax_passes_the_contract(branch):
    check_loss(AAMSoftmax(8, 5, branch=branch, seed=0))


def test_the_loss_of_one_embedding_by_hand():
    loss = AAMSoftmax(2, 2, margin_rad=0.3, scale=4.0)
    loss.weight.data = torch.tensor([[2.0, 0.0], [0.0, 0.5]])
    angle = 0.7
    embedding = 5.0 * torch.tensor([[math.cos(angle), math.sin(angle)]])
    target, other = 4.0 * math.cos(angle + 0.3), 4.0 * math.sin(angle)
    expected = math.log(math.exp(target) + math.exp(other)) - target
    assert loss(embedding, torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("branch", BRANCHES)
def test_the_loss_agrees_with_a_loop_over_angles(branch):
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(40, 3, generator=generator), torch.arange(40) % 4
    loss = AAMSoftmax(3, 4, margin_rad=0.5, scale=10.0, branch=branch, seed=1)
    costs = [_naive_cost(loss, e, int(y)) for e, y in zip(embeddings, labels, strict=True)]
    assert loss(embeddings, labels).item() == pytest.approx(sum(costs) / 40, abs=1e-5)


def _naive_cost(loss, embedding, label):
    cosines = [torch.cosine_similarity(embedding, row, dim=0).item() for row in loss.weight.detach()]
    logits = [loss.scale * cosine for cosine in cosines]
    angle, margin = math.acos(cosines[label]), loss.margin_rad
    with_margin = {
        "continuous": math.cos(angle + margin)
        if angle + margin < math.pi
        else cosines[label] - 1 + math.cos(margin),
        "classic": math.cos(angle + margin)
        if angle + margin < math.pi
        else cosines[label] - margin * math.sin(margin),
        "easy": math.cos(angle + margin) if cosines[label] > 0 else cosines[label],
    }
    logits[label] = loss.scale * with_margin[loss.branch]
    return math.log(sum(math.exp(logit) for logit in logits)) - logits[label]


def test_logits_carry_no_margin():
    loss = AAMSoftmax(4, 3, margin_rad=0.4, scale=20.0, seed=0)
    embeddings = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    expected = 20.0 * torch.cosine_similarity(embeddings.unsqueeze(1), loss.weight.unsqueeze(0), dim=2)
    torch.testing.assert_close(loss.logits(embeddings), expected, atol=1e-5, rtol=1e-5)


def test_a_larger_margin_costs_more():
    loss = AAMSoftmax(4, 3, margin_rad=0.0, seed=0)
    embeddings, labels = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3
    before = loss(embeddings, labels).item()
    loss.margin_rad = 0.3
    assert loss(embeddings, labels).item() > before


def test_the_head_is_float32_under_autocast():
    loss = AAMSoftmax(8, 5, seed=0)
    embeddings = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = loss.logits(embeddings)
    assert torch.equal(inside, loss.logits(embeddings))


def test_equal_seeds_give_equal_weights():
    assert torch.equal(AAMSoftmax(4, 3, seed=7).weight, AAMSoftmax(4, 3, seed=7).weight)


def test_a_margin_in_degrees_is_refused():
    with pytest.raises(InputError, match="is it in degrees"):
        AAMSoftmax(4, 3, margin_rad=11.5)


def test_sizes_that_are_not_positive_are_refused():
    with pytest.raises(InputError, match="positive embedding_dim, num_classes and scale"):
        AAMSoftmax(4, 0)


def test_an_unknown_branch_is_refused():
    with pytest.raises(InputError, match="branch one of"):
        AAMSoftmax(4, 3, branch="easy_margin")


def test_the_schedule_sets_the_margin_in_radians():
    loss = AAMSoftmax(4, 3)
    loss.set_margin(0.35)
    assert loss.margin_rad == 0.35


def test_parts_of_a_batch_average_to_the_whole():
    loss = AAMSoftmax(4, 3, seed=0)
    embeddings, labels = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3
    parts = (loss(embeddings[:2], labels[:2]) * 2 + loss(embeddings[2:], labels[2:]) * 4) / 6
    assert not loss.needs_whole_batch
    torch.testing.assert_close(parts, loss(embeddings, labels))
