import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from kowairo.core import InputError
from kowairo.data.shards import ShardReader
from kowairo.training.dataset import CropDataset
from kowairo.training.shard_audio import ShardAudio
from kowairo.training.shard_crops import PartKey, ShardCrops, ShardPlan
from kowairo.training.shard_items import shard_items
from kowairo.training.shard_order import ShardOrder, ShardShuffle

SIZE, LANES = 8, 4


@pytest.fixture
def parts(shards):
    """Make plan and dataset anew, as another process would."""

    def make(*, rank=0, ranks=1, parts=1, seed=0):
        found = shard_items(shards)
        shuffle = ShardShuffle(buffer=12, lanes=LANES)
        order = ShardOrder(found.counts, shuffle=shuffle, batch_size=SIZE, seed=seed)
        plan = ShardPlan(order, rank=rank, ranks=ranks, parts=parts)
        source = ShardAudio(shards)
        crops = CropDataset(found.items, source=source, num_samples=2000, seed=seed)
        return plan, ShardCrops(
            found.items, found.rows, crops=crops, source=source, order=order, places=plan.places
        )

    return make


def batches(plan, dataset, *, epoch=0, first=0):
    """Joined columns of all batches from one on."""
    plan.seek(epoch, first)
    found = [dataset[key] for key in plan]
    size = plan.parts
    return [
        tuple(torch.cat(column) for column in zip(*(p[:4] for p in found[n : n + size]), strict=True))
        for n in range(0, len(found), size)
    ]


def same(one, other):
    return len(one) == len(other) and all(
        torch.equal(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True)
    )


def test_an_epoch_has_every_item_at_most_once(parts):
    plan, dataset = parts()
    items = torch.cat([batch[3] for batch in batches(plan, dataset)]).tolist()
    assert len(items) == len(set(items)) == len(dataset) // SIZE * SIZE
    assert items != sorted(items)


@pytest.mark.parametrize("first", range(5))
def test_a_run_goes_on_inside_an_epoch_with_the_batches_it_would_have_had(parts, first):
    for epoch in (0, 1):
        whole = batches(*parts(), epoch=epoch)
        assert same(batches(*parts(), epoch=epoch, first=first), whole[first:])
    assert not same(batches(*parts(), epoch=0), batches(*parts(), epoch=1))


@pytest.mark.parametrize("count", [2, 3, 9])
def test_batches_are_the_same_in_any_number_of_parts(parts, count):
    plan, dataset = parts(parts=count)
    assert plan.parts == min(count, LANES)
    assert same(batches(plan, dataset), batches(*parts()))


@pytest.mark.parametrize(("ranks", "count"), [(2, 1), (2, 2), (3, 1), (3, 2), (8, 1)])
def test_processes_make_the_same_batches_together(parts, ranks, count):
    shares = [batches(*parts(rank=rank, ranks=ranks, parts=count)) for rank in range(ranks)]
    together = [tuple(map(torch.cat, zip(*pieces, strict=True))) for pieces in zip(*shares, strict=True)]
    assert same(together, batches(*parts()))


def test_processes_read_different_shards(parts, shards, monkeypatch):
    found, read = [], ShardReader.read
    for rank in range(2):
        plan, dataset = parts(rank=rank, ranks=2)
        found.append(set())
        monkeypatch.setattr(ShardReader, "read", lambda self, row: found[-1].add(row) or read(self, row))
        batches(plan, dataset)
        monkeypatch.undo()
    assert not found[0] & found[1]
    of = [set(np.searchsorted(shards.first, list(rows), side="right").tolist()) for rows in found]
    assert len(of[0] & of[1]) <= 1  # the one that the border between the lanes cuts


def test_workers_give_the_same_batches(parts):
    plan, dataset = parts(parts=2)
    loader = DataLoader(dataset, batch_size=None, sampler=plan, num_workers=2, multiprocessing_context="fork")
    plan.seek(0, 1)
    found = list(loader)
    joined = [
        tuple(torch.cat(column) for column in zip(a[:4], b[:4], strict=True))
        for a, b in zip(found[::2], found[1::2], strict=True)
    ]
    assert same(joined, batches(*parts(), first=1))


def test_a_crop_depends_on_nothing_but_seed_epoch_place_and_item(parts, shards):
    plan, dataset = parts()
    third = batches(plan, dataset)[2]
    again = dataset[PartKey(0, 2, 0)]  # not the next batch: the lanes start anew
    assert torch.equal(third[0], again.waveforms)
    first = int(third[3][0])
    assert dataset[PartKey(0, 2, 0)].labels[0] == third[1][0]
    samples = ShardAudio(shards).samples(shards.utts[int(shard_items(shards).rows[first])])
    crop = third[0][0].numpy()
    assert any(np.array_equal(samples[start : start + 2000], crop) for start in range(len(samples) - 1999))


def test_a_file_that_does_not_decode_is_replaced_by_the_next_one(parts, shards, caplog):
    plan, dataset = parts()
    places = shards.places.copy()
    places[5, 1] = 9
    broken = type(shards)(**{**vars(shards), "places": places})
    source = ShardAudio(broken)
    found = shard_items(shards)
    crops = CropDataset(found.items, source=source, num_samples=2000, seed=0)
    other = ShardCrops(
        found.items, found.rows, crops=crops, source=source, order=dataset._order, places=plan.places
    )
    expected = torch.cat([batch[3] for batch in batches(plan, dataset)])
    items = torch.cat([batch[3] for batch in batches(plan, other)])
    assert items.tolist() == torch.where(expected == 5, 6, expected).tolist()
    assert "training goes on without" in caplog.text


def test_more_processes_than_items_of_a_batch_are_refused(parts):
    with pytest.raises(InputError, match="a batch of 8 items has none for some of 9 processes"):
        parts(ranks=9)
