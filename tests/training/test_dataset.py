import numpy as np
import pytest
import torch

from kowairo.core import EmbeddingSet
from kowairo.data import AudioError
from kowairo.data.augment import Augmentation
from kowairo.training import AudioSource, StoredAudio
from kowairo.training.batch_plan import ItemKey
from kowairo.training.dataset import CropDataset
from kowairo.training.teacher_rows import TeacherRows
from kowairo.training.training_items import training_items

KEYS = [ItemKey(0, 0, 3), ItemKey(0, 1, 7), ItemKey(0, 2, 3)]


class AddNoise(Augmentation):
    def __call__(self, samples, *, rng):
        return samples + rng.standard_normal(len(samples)).astype(np.float32)


@pytest.fixture
def make(store):
    items = training_items({utt: utt[:3] for utt in store.utts if "|" not in utt}, source=StoredAudio(store))

    def build(seed=0, augmentation=None):
        return CropDataset(
            items, source=StoredAudio(store), num_samples=4000, seed=seed, augmentation=augmentation
        )

    return build


def test_a_batch_holds_crops_and_labels_of_its_keys(make):
    batch = make()[KEYS]
    assert batch.waveforms.shape == (3, 4000)
    assert batch.waveforms.dtype == torch.float32
    assert batch.labels.tolist() == [0, 1, 0]
    assert batch.items.tolist() == [3, 7, 3]


@pytest.mark.parametrize("augmentation", [None, AddNoise()])
def test_an_item_is_the_same_in_any_batch_and_at_any_time(make, augmentation):
    dataset = make(augmentation=augmentation)
    batch = dataset[KEYS]
    for row, key in enumerate(KEYS):
        assert torch.equal(dataset[[key]].waveforms[0], batch.waveforms[row])


def test_epoch_place_and_seed_give_other_crops(make):
    crop = make()[[ItemKey(0, 0, 3)]].waveforms
    assert not torch.equal(crop, make()[[ItemKey(1, 0, 3)]].waveforms)
    assert not torch.equal(crop, make()[[ItemKey(0, 1, 3)]].waveforms)
    assert not torch.equal(crop, make(seed=1)[[ItemKey(0, 0, 3)]].waveforms)


def test_augmentation_is_applied(make):
    assert not torch.equal(make()[KEYS].waveforms, make(augmentation=AddNoise())[KEYS].waveforms)


def test_domains_and_the_teachers_rows_follow_the_items(store):
    items = training_items({utt: utt[:3] for utt in store.utts if "|" not in utt}, source=StoredAudio(store))
    vectors = np.arange(2 * len(items.utts), dtype=np.float32).reshape(-1, 2)
    dataset = CropDataset(
        items,
        source=StoredAudio(store),
        num_samples=4000,
        seed=0,
        domains=np.arange(len(items.utts)) % 3,
        teacher=TeacherRows(EmbeddingSet(vectors, items.utts), items.utts, transform="none"),
    )
    batch = dataset[KEYS]
    assert batch.domains.tolist() == [0, 1, 0]
    assert batch.teacher.tolist() == [[6.0, 7.0], [14.0, 15.0], [6.0, 7.0]]


class Damaged(AudioSource):
    def __init__(self, bad):
        self.bad = bad

    def samples(self, utt):
        if utt in self.bad:
            raise AudioError("undecodable", "broken", utt)
        return np.full(100, 1000, np.int16)

    def __contains__(self, utt):
        return True


def test_a_file_that_broke_is_replaced_by_the_next_with_its_label(caplog):
    source = Damaged({"b1"})
    items = training_items({"a1": "a", "b1": "b", "c1": "c"}, source=source)
    batch = CropDataset(items, source=source, num_samples=50, seed=0)[[ItemKey(0, 0, 1), ItemKey(0, 1, 0)]]
    assert batch.labels.tolist() == [2, 0]
    assert batch.items.tolist() == [2, 0]
    assert "without b1" in caplog.text


def test_training_stops_when_nothing_can_be_read():
    source = Damaged({"a1", "b1"})
    items = training_items({"a1": "a", "b1": "b"}, source=source)
    with pytest.raises(AudioError, match="undecodable"):
        CropDataset(items, source=source, num_samples=50, seed=0)[[ItemKey(0, 0, 0)]]
