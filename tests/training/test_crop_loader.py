import pytest
import torch

from kowairo.training import Shuffled, StoredAudio
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.crop_loader import CropLoader, joined
from kowairo.training.dataset import CropBatch, CropDataset
from kowairo.training.shard_audio import ShardAudio
from kowairo.training.shard_crops import ShardCrops, ShardPlan
from kowairo.training.shard_items import shard_items
from kowairo.training.shard_order import ShardOrder, ShardShuffle
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


@pytest.fixture
def make_from_shards(shards):
    def build(num_workers):
        found, source = shard_items(shards), ShardAudio(shards)
        order = ShardOrder(found.counts, shuffle=ShardShuffle(12, 4), batch_size=16, seed=0)
        plan = ShardPlan(order, parts=num_workers)
        crops = CropDataset(found.items, source=source, num_samples=4000, seed=0)
        dataset = ShardCrops(
            found.items, found.rows, crops=crops, source=source, order=order, places=plan.places
        )
        return CropLoader(dataset, plan, num_workers=num_workers, parts=plan.parts)

    return build


def test_batches_out_of_shards_are_the_same_for_any_number_of_workers(make_from_shards):
    loaders = [make_from_shards(num_workers) for num_workers in (0, 1, 2)]
    for epoch, batch in ((0, 0), (1, 1)):
        for loader in loaders:
            loader.seek(epoch, batch)
        assert len(loaders[2]) == len(loaders[0]) == 2 - batch
        for batches in zip(*loaders, strict=True):
            for column in range(4):
                assert all(torch.equal(batches[0][column], other[column]) for other in batches[1:])
    assert loaders[2].audio_per_batch_s == 16 * 4000 / 16000


def test_parts_are_joined_column_by_column():
    def part(*values):
        column = torch.tensor(values)
        return CropBatch(column, column, column, column, None, column)

    whole = joined([part(1, 2), part(3)])
    assert whole.teacher.tolist() == whole.labels.tolist() == [1, 2, 3]
    assert whole.domains is None


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
