import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import Softmax
from kowairo.testing import check_loss


def test_softmax_passes_the_contract():
    check_loss(Softmax(8, 5, seed=0))


def test_the_loss_of_one_embedding_by_hand():
    loss = Softmax(2, 2)
    loss.weight.data = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    loss.bias.data = torch.tensor([0.5, 0.0])
    # Logits 1 + 6 + 0.5 = 7.5 and -3.
    expected = math.log(math.exp(7.5) + math.exp(-3.0)) + 3.0
    assert loss(torch.tensor([[1.0, 3.0]]), torch.tensor([1])).item() == pytest.approx(expected, rel=1e-6)


def test_the_loss_agrees_with_torch_modules():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(20, 6, generator=generator), torch.arange(20) % 4
    loss, linear = Softmax(6, 4, seed=0), torch.nn.Linear(6, 4)
    linear.load_state_dict(loss.state_dict())
    reference = torch.nn.CrossEntropyLoss()(linear(embeddings), labels)
    torch.testing.assert_close(loss(embeddings, labels), reference)


def test_a_margin_schedule_leaves_it_as_it_is():
    loss = Softmax(4, 3, seed=0)
    embeddings, labels = torch.ones(3, 4), torch.arange(3)
    before = loss(embeddings, labels)
    loss.set_margin(0.3)
    assert torch.equal(loss(embeddings, labels), before)


def test_labels_that_are_not_integers_are_refused():
    with pytest.raises(InputError, match=r"expected labels \(2,\) of integers"):
        Softmax(4, 3)(torch.ones(2, 4), torch.tensor([0.0, 1.0]))
