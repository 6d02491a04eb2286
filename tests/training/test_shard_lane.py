import numpy as np
import pytest

from kowairo.data.shards import ShardReader
from kowairo.training import shard_lane
from kowairo.training.shard_lane import ShardLane
from kowairo.training.shard_order import shuffle_buffer

CAPACITY = 5


class CountingReader:
    """Remembers what was read."""

    def __init__(self, shards):
        self._reader = ShardReader(shards)
        self.size = self._reader.size
        self.rows = []

    def read(self, row):
        self.rows.append(row)
        return self._reader.read(row)


@pytest.fixture
def reader(shards):
    return CountingReader(shards)


def lane(reader, start=0, count=20):
    return ShardLane(
        reader,
        np.arange(count, dtype=np.int64),
        reading=np.arange(count, dtype=np.int32),
        giving=shuffle_buffer(count, CAPACITY, np.random.default_rng(0)),
        capacity=CAPACITY,
        start=start,
    )


def test_files_are_read_once_in_the_order_of_the_shards_and_given_in_that_of_the_buffer(shards, reader):
    taken = lane(reader).take(20)
    assert reader.rows == list(range(20))
    assert [item for item, _, _ in taken] == shuffle_buffer(20, CAPACITY, np.random.default_rng(0)).tolist()
    assert all(content == ShardReader(shards).read(row) for _, row, content in taken)


def test_no_more_is_read_than_the_buffer_holds(reader):
    stream = lane(reader)
    for given in range(1, 15):
        stream.take(1)
        assert len(reader.rows) == given - 1 + CAPACITY
    assert stream.given == 14


@pytest.mark.parametrize("start", range(1, 20))
def test_a_lane_goes_on_from_any_place_without_reading_what_was_read_before(reader, start):
    expected = [(item, row) for item, row, _ in lane(reader).take(20)][start:]
    reader.rows.clear()
    taken = lane(reader, start=start).take(20 - start)
    assert [(item, row) for item, row, _ in taken] == expected
    assert reader.rows == list(range(start + CAPACITY, 20))
    # What the buffer held at the start is left to be read when it is decoded.
    assert {item for item, _, content in taken if content is None} <= set(range(start + CAPACITY))


def test_large_files_wait_on_disk(reader, monkeypatch):
    monkeypatch.setattr(shard_lane, "LARGEST_HELD_BYTES", 10)
    assert all(content is None for _, _, content in lane(reader).take(20))
    assert reader.rows == []


def test_a_file_that_cannot_be_read_is_given_without_content(shards):
    places = shards.places.copy()
    places[3, 0] = 10**9
    broken = type(shards)(**{**vars(shards), "places": places})
    taken = lane(ShardReader(broken)).take(20)
    assert [item for item, _, content in taken if content is None] == [3]
