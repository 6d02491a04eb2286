import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.training.shard_order import ShardOrder, ShardShuffle, shuffle_buffer


def order_of(counts, *, batch_size, buffer=16, lanes=4, seed=0):
    shuffle = ShardShuffle(buffer=buffer, lanes=lanes)
    return ShardOrder(np.array(counts, np.int64), shuffle=shuffle, batch_size=batch_size, seed=seed)


def naive_buffer(count, capacity, rng):
    """The definition, element by element."""
    waiting = list(range(count))
    held, waiting = waiting[:capacity], waiting[capacity:]
    given = []
    draws = iter(rng.integers(capacity, size=len(waiting)))
    while waiting:
        place = next(draws)
        given.append(held[place])
        held[place] = waiting.pop(0)
    return given + [held[place] for place in rng.permutation(len(held))]


@given(st.integers(0, 60), st.integers(1, 20))
def test_the_buffer_gives_what_its_definition_says(count, capacity):
    found = shuffle_buffer(count, capacity, np.random.default_rng(3))
    assert found.tolist() == naive_buffer(count, capacity, np.random.default_rng(3))
    assert sorted(found) == list(range(count))
    assert all(element < step + capacity for step, element in enumerate(found))


COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(lambda counts: sum(counts) >= 5)


@given(COUNTS, st.integers(1, 5), st.integers(1, 7), st.integers(0, 3))
def test_an_epoch_has_full_batches_of_different_items(counts, batch_size, lanes, epoch):
    order = order_of(counts, batch_size=batch_size, lanes=lanes)
    places = [place for lane in range(order.lanes) for place in order.places(lane)]
    assert places == list(range(batch_size))
    seen = np.concatenate([order.reading(epoch, lane) for lane in range(order.lanes)])
    assert order.batches_per_epoch == sum(counts) // batch_size
    assert len(seen) == len(set(seen.tolist())) == order.batches_per_epoch * batch_size
    assert set(seen.tolist()) <= set(range(sum(counts)))
    for lane in range(order.lanes):
        assert len(order.places(lane)) * order.batches_per_epoch == len(order.giving(epoch, lane))


@given(COUNTS, st.integers(1, 5))
def test_a_lane_reads_shards_from_their_start_to_their_end(counts, lanes):
    order = order_of(counts, batch_size=5, lanes=lanes)
    shard_of = np.repeat(np.arange(len(counts)), counts)
    whole = np.concatenate([order.reading(1, lane) for lane in range(order.lanes)])
    shards = shard_of[whole]
    changes = np.flatnonzero(np.diff(shards))
    assert len(set(shards.tolist())) == len(changes) + 1  # none is come back to
    steps = np.diff(whole)
    assert (steps[np.diff(shards) == 0] == 1).all()


def test_epochs_and_seeds_differ_and_an_epoch_is_always_the_same():
    counts = [50] * 20
    first = order_of(counts, batch_size=8).reading(0, 0)
    assert first.tolist() == order_of(counts, batch_size=8).reading(0, 0).tolist()
    assert first.tolist() != order_of(counts, batch_size=8).reading(1, 0).tolist()
    assert first.tolist() != order_of(counts, batch_size=8, seed=1).reading(0, 0).tolist()
    giving = order_of(counts, batch_size=8).giving(0, 0)
    assert giving.tolist() != order_of(counts, batch_size=8).giving(0, 1).tolist()


def test_every_shard_comes_first_in_some_epoch():
    order = order_of([10] * 4, batch_size=4, lanes=1)
    assert {int(order.reading(epoch, 0)[0]) for epoch in range(40)} == {0, 10, 20, 30}


def test_too_few_items_and_wrong_settings_are_refused():
    with pytest.raises(InputError, match="3 training items do not fill a batch of 4"):
        order_of([1, 2], batch_size=4)
    with pytest.raises(InputError, match="buffer and lanes are positive"):
        ShardShuffle(buffer=0)


def test_arrays_of_an_epoch_are_32_bit():
    order = order_of([100] * 3, batch_size=10)
    assert order.reading(0, 0).dtype == order.giving(0, 0).dtype == np.int32
