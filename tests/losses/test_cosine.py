import pytest
import torch

from kowairo.losses import Cosine
from kowairo.testing import check_enhancement_loss


def test_cosine_passes_the_contract():
    check_enhancement_loss(Cosine())


def test_cosine_of_a_hand_worked_batch():
    # Rows: cos 0.6, cos -1, cos 0.
    output = torch.tensor([[3.0, 4.0], [-2.0, 0.0], [0.0, 5.0]])
    target = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert Cosine()(output, target).item() == pytest.approx(1.0 + 0.4 / 3.0, abs=1e-6)


def test_cosine_is_taken_per_row_and_not_per_column():
    output = torch.tensor([[1.0, 0.0], [100.0, 0.0]])
    target = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert Cosine()(output, target).item() == pytest.approx(0.0, abs=1e-6)


def test_cosine_ignores_the_lengths_of_both_sides():
    generator = torch.Generator().manual_seed(0)
    output, target = torch.randn(2, 6, 5, generator=generator)
    assert Cosine()(7.0 * output, 0.1 * target).item() == pytest.approx(
        Cosine()(output, target).item(), abs=1e-6
    )
