import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax
from kowairo.losses.cosine_classifier import (
    CosineClassifier,
    mean_cross_entropy,
    other_classes,
    target_cosines,
)


class _Distance(CosineClassifier):
    def objective(self, cosines, labels):
        return 1.0 - target_cosines(cosines, labels).mean()


def test_a_subclass_needs_an_objective_only():
    loss = _Distance(2, 2)
    loss.weight.data = torch.eye(2)
    assert loss(torch.tensor([[3.0, 4.0]]), torch.tensor([0])).item() == pytest.approx(0.4)


def test_the_other_classes_of_two_rows():
    expected = [[True, False, True], [False, True, True]]
    assert other_classes(torch.zeros(2, 3), torch.tensor([1, 0])).tolist() == expected


def test_no_rows_cost_nothing():
    assert mean_cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64)).item() == 0.0


def test_embeddings_with_a_time_axis_are_refused():
    with pytest.raises(InputError, match=r"expected embeddings \(batch, dim\)"):
        AAMSoftmax(4, 3)(torch.zeros(2, 1, 4), torch.zeros(2, dtype=torch.int64))


def test_labels_of_another_batch_are_refused():
    with pytest.raises(InputError, match=r"expected labels \(2,\)"):
        AAMSoftmax(4, 3)(torch.zeros(2, 4), torch.zeros(3, dtype=torch.int64))
