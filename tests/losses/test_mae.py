import torch

from kowairo.losses import MAE
from kowairo.testing import check_enhancement_loss


def test_mae_passes_the_contract():
    check_enhancement_loss(MAE())


def test_mae_of_a_hand_worked_batch():
    output = torch.tensor([[1.0, -2.0], [0.0, 3.0]])
    assert MAE()(output, torch.zeros(2, 2)).item() == 1.5
