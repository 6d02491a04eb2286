import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AMSoftmax
from kowairo.testing import check_loss


def test_am_softmax_passes_the_contract():
    check_loss(AMSoftmax(8, 5, seed=0))


def test_the_loss_of_one_embedding_by_hand():
    loss = AMSoftmax(2, 2, margin=0.25, scale=4.0)
    loss.weight.data = torch.tensor([[2.0, 0.0], [0.0, 0.5]])
    # Cosines 0.6 and 0.8: logits 4 (0.6 - 0.25) and 4 * 0.8.
    expected = math.log(math.exp(1.4) + math.exp(3.2)) - 1.4
    assert loss(torch.tensor([[3.0, 4.0]]), torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)


def test_the_loss_agrees_with_a_loop():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(30, 3, generator=generator), torch.arange(30) % 4
    loss = AMSoftmax(3, 4, margin=0.3, scale=10.0, seed=1)
    costs = []
    for embedding, label in zip(embeddings, labels.tolist(), strict=True):
        cosines = [torch.cosine_similarity(embedding, row, dim=0).item() for row in loss.weight.detach()]
        logits = [10.0 * (c - 0.3 * (j == label)) for j, c in enumerate(cosines)]
        costs.append(math.log(sum(map(math.exp, logits))) - logits[label])
    assert loss(embeddings, labels).item() == pytest.approx(sum(costs) / 30, abs=1e-5)


def test_the_schedule_sets_the_margin():
    loss = AMSoftmax(4, 3, margin=0.0)
    loss.set_margin(0.15)
    assert loss.margin == 0.15


def test_a_margin_beyond_one_is_refused():
    with pytest.raises(InputError, match=r"margin in 0\.\.1"):
        AMSoftmax(4, 3, margin=1.5)
