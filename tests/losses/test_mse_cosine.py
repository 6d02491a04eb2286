import pytest
import torch

from kowairo.losses import MSECosine
from kowairo.testing import check_enhancement_loss


def test_mse_cosine_passes_the_contract():
    check_enhancement_loss(MSECosine())


def test_mse_cosine_of_a_hand_worked_batch():
    # MSE (4 + 16) / 2 = 10, cosine distance 1 - 0.6 = 0.4.
    output, target = torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0, 0.0]])
    assert MSECosine()(output, target).item() == pytest.approx(10.4, abs=1e-6)
