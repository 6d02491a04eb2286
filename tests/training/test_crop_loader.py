import pytest
import torch

from kowairo.training import Shuffled, StoredAudio
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.crop_loader import CropLoader
from kowairo.training.dataset import CropDataset
from kowairo.training.training_items import training_items


@pytest.fixture
def make(store):
    source = StoredAudio(store)
    items = training_items({utt: utt[:3] for utt in store.utts if "|" not in utt}, source=source)

    def build(num_workers):
        dataset = CropDataset(items, source=source, num_samples=4000, seed=0)
        return CropLoader(
            dataset, BatchPlan(items.labels, order=Shuffled(), batch_size=16, seed=0), num_workers=num_workers
        )

    return build


def test_workers_give_the_same_batches_in_every_epoch(make):
    alone, helped = make(0), make(2)
    for epoch, batch in ((0, 0), (1, 2), (2, 0)):
        alone.seek(epoch, batch)
        helped.seek(epoch, batch)
        for one, two in zip(alone, helped, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(one[:4], two[:4], strict=True))


def test_length_is_what_is_left_of_the_epoch(make):
    loader = make(0)
    assert len(loader) == loader.batches_per_epoch == 4
    loader.seek(0, 3)
    assert len(loader) == len(list(loader)) == 1


def test_waiting_is_counted(make):
    loader = make(0)
    list(loader)
    assert loader.waited_s > 0.0


def test_crops_and_seconds_of_a_batch_are_known(make):
    loader = make(1)
    assert (loader.batch_size, loader.num_workers) == (16, 1)
    assert loader.audio_per_batch_s == 16 * 4000 / 16000
