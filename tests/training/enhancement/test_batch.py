import torch

from kowairo.losses import EnhancementLabels
from kowairo.training.enhancement.batch import EnhancementBatch, LabelNames


def test_everything_of_a_batch_is_moved():
    labels = EnhancementLabels(speakers=torch.zeros(2, dtype=torch.int64))
    batch = EnhancementBatch(torch.ones(2, 3), torch.ones(2, 3), labels, 0.5)
    moved = batch.to(torch.device("meta"))
    assert {moved.inputs.device.type, moved.targets.device.type, moved.labels.speakers.device.type} == {
        "meta"
    }
    assert moved.labels.negatives is None
    assert moved.share == 0.5


def test_without_an_adversary_there_are_no_domains():
    assert LabelNames(("a", "b")).domains == ()
