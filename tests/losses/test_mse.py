import torch

from kowairo.losses import MSE
from kowairo.testing import check_enhancement_loss


def test_mse_passes_the_contract():
    check_enhancement_loss(MSE())


def test_mse_of_a_hand_worked_batch():
    output = torch.tensor([[1.0, 2.0], [0.0, 3.0]])
    assert MSE()(output, torch.zeros(2, 2)).item() == 3.5


def test_nothing_is_reported_beside_it():
    assert MSE().figure(torch.ones(1, 2), torch.ones(1, 2)) is None
