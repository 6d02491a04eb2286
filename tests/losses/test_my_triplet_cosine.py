import pytest
import torch

from kowairo.losses import EnhancementLabels, MyTripletCosine
from kowairo.testing import check_enhancement_loss


def test_my_triplet_cosine_passes_the_contract():
    check_enhancement_loss(MyTripletCosine())


def test_my_triplet_cosine_of_a_hand_worked_batch():
    # cos to the target 0.6 and 0, to the other 0.8 and -1: 1 - 0.3 - 0.1 = 0.6.
    output = torch.tensor([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0]])
    target = torch.tensor([[1.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    labels = EnhancementLabels(negatives=torch.tensor([[0.0, 7.0, 0.0], [0.0, 0.0, -1.0]]))
    assert MyTripletCosine()(output, target, labels).item() == pytest.approx(0.6, abs=1e-6)


@pytest.mark.parametrize(("target", "other", "expected"), [(1.0, -1.0, -1.0), (-1.0, 1.0, 3.0)])
def test_the_bounds_are_reached(target, other, expected):
    row = torch.tensor([[1.0, 0.0]])
    labels = EnhancementLabels(negatives=other * row)
    assert MyTripletCosine()(row, target * row, labels).item() == pytest.approx(expected)
