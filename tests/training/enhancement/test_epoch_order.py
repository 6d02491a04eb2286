import numpy as np
import pytest

from kowairo.training.enhancement.epoch_order import epoch_pools

SPEAKERS = np.repeat(np.arange(50), 20)


def pools(**options):
    given = {"order": "shuffled", "batch_size": 64, "max_per_speaker": None, "seed": 1, "epoch": 0}
    return list(epoch_pools(SPEAKERS, **{**given, **options}))


def sequence(found):
    return np.concatenate([pool.items[pool.order] for pool in found])


@pytest.mark.parametrize("order", ["shuffled", "blocks"])
def test_every_item_comes_once_in_an_order_of_seed_and_epoch(order):
    first, again = sequence(pools(order=order)), sequence(pools(order=order))
    assert np.array_equal(first, again)
    assert np.array_equal(np.sort(first), np.arange(len(SPEAKERS)))
    for other in ({"epoch": 1}, {"seed": 2}):
        assert not np.array_equal(first, sequence(pools(order=order, **other)))


def test_blocks_are_runs_of_the_file_from_many_places():
    found = pools(order="blocks", batch_size=3)
    assert [len(pool.items) for pool in found[:-1]] == [192] * (len(found) - 1)
    for pool in found:
        assert pool.read_at_once
        assert (np.diff(pool.items) > 0).all()
        runs = np.split(pool.items, np.flatnonzero(np.diff(pool.items) > 1) + 1)
        assert all(run[0] % 64 == 0 for run in runs)
    assert max(np.diff(pool.items).max() for pool in found) > 64


def test_a_speaker_gives_no_more_than_allowed_and_others_each_time():
    first, second = (sequence(pools(max_per_speaker=5, epoch=epoch)) for epoch in (0, 1))
    assert np.bincount(SPEAKERS[first]).tolist() == [5] * 50
    assert set(first.tolist()) != set(second.tolist())
