import torch

from kowairo.losses import MetricLoss
from kowairo.losses.metric_loss import off_diagonal, same_label


class _MeanProduct(MetricLoss):
    def compare(self, embeddings, labels):
        return (embeddings @ embeddings.T)[same_label(labels) & off_diagonal(labels)].mean()


def test_a_subclass_needs_compare_only_and_gets_float32():
    embeddings = torch.tensor([[1.0, 2.0], [3.0, 1.0], [5.0, 5.0]]).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = _MeanProduct()(embeddings, torch.tensor([4, 4, 1]))
    assert value.dtype == torch.float32
    assert value.item() == 5.0


def test_a_metric_loss_needs_the_whole_batch():
    assert _MeanProduct().needs_whole_batch


def test_pairs_of_one_label():
    assert same_label(torch.tensor([2, 5, 2])).tolist() == [
        [True, False, True],
        [False, True, False],
        [True, False, True],
    ]
