import math

import pytest
import torch

from kowairo.losses import EnhancementLabels, MSESoftmax
from kowairo.testing import check_enhancement_loss


def test_mse_softmax_passes_the_contract():
    check_enhancement_loss(MSESoftmax())


def test_mse_softmax_of_a_hand_worked_batch():
    loss = MSESoftmax()
    loss.start(embedding_dim=2, num_speakers=2, seed=0)
    with torch.no_grad():
        loss.softmax.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    # MSE (1 + 4) / 2 = 2.5; logits 2 and 2: ln 2.
    labels = EnhancementLabels(speakers=torch.tensor([1]))
    value = loss(torch.tensor([[2.0, 2.0]]), torch.tensor([[1.0, 0.0]]), labels)
    assert value.item() == pytest.approx(2.5 + math.log(2), abs=1e-6)
    assert loss.logits(torch.tensor([[2.0, 3.0]])).tolist() == [[2.0, 3.0]]
    assert loss.figure(torch.tensor([[2.0, 3.0]]), torch.zeros(1, 2), labels).item() == 1.0
