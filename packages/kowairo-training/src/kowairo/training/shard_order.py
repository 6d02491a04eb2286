"""In which order an epoch reads shards and gives their items: a function of the seed and the epoch alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError


@dataclass(frozen=True)
class ShardShuffle:
    """How well the items of shards are mixed."""

    buffer: int = 4096
    """Items that are kept to choose the next one from, those of all lanes together."""
    lanes: int = 8
    """Streams that are read side by side; each gives its share of every batch."""

    def __post_init__(self) -> None:
        if self.buffer < 1 or self.lanes < 1:
            raise InputError(f"buffer and lanes are positive, got {self.buffer} and {self.lanes}")


class ShardOrder:
    """Which item stands where in an epoch.

    The shards come in random order, one behind the other. The resulting row of items is cut into lanes, long
    ones, each a share of every batch wide: lane l of L gives the places B l // L to B (l + 1) // L of each
    batch of B. A lane is read from its start to its end through a shuffle buffer: of the items that were read
    and not given yet, a random one is next. Nothing is repeated or left out but the rest of an epoch that
    fills no batch.

    Lanes belong to processes and workers as a whole, so these read different items, and different shards but
    for those that a border between two lanes cuts. All of it follows from numbers of items: where an
    epoch stands after n batches is known without reading anything.

    Source: the shuffle buffer is that of WebDataset (T. Breuel, 2020); lanes of equal length are ours.

    Args:
        counts: (shard,) items of each shard; items are numbered in this order.
        shuffle: size of the buffer and number of lanes.
        batch_size: items of a batch, those of all processes together.
        seed: seed of the run.

    Raises:
        InputError: if there are fewer items than one batch needs.
    """

    def __init__(
        self, counts: NDArray[np.int64], *, shuffle: ShardShuffle, batch_size: int, seed: int
    ) -> None:
        total = int(counts.sum())
        if batch_size < 1 or total < batch_size:
            raise InputError(f"{total} training items do not fill a batch of {batch_size}")
        self._counts = counts
        self._first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._seed = seed
        self.batch_size = batch_size
        self.batches_per_epoch = total // batch_size
        self.lanes = min(shuffle.lanes, batch_size)
        self.capacity = max(1, shuffle.buffer // self.lanes)

    def places(self, lane: int) -> range:
        """Places in each batch that a lane fills."""
        size = self.batch_size
        return range(size * lane // self.lanes, size * (lane + 1) // self.lanes)

    def reading(self, epoch: int, lane: int) -> NDArray[np.int32]:
        """(read,) items of a lane in the order in which it reads them."""
        places = self.places(lane)
        start, stop = places.start * self.batches_per_epoch, places.stop * self.batches_per_epoch
        shards = np.random.default_rng([self._seed, epoch]).permutation(len(self._counts))
        ends = np.cumsum(self._counts[shards])
        pieces = [np.empty(0, dtype=np.int32)]
        for place in range(int(np.searchsorted(ends, start, side="right")), len(shards)):
            before = int(ends[place] - self._counts[shards[place]])
            if before >= stop:
                break
            shift = int(self._first[shards[place]]) - before
            pieces.append(
                np.arange(max(start, before) + shift, min(stop, int(ends[place])) + shift, dtype=np.int32)
            )
        return np.concatenate(pieces)

    def giving(self, epoch: int, lane: int) -> NDArray[np.int32]:
        """(read,) places in `reading` in the order in which the lane gives them."""
        count = len(self.places(lane)) * self.batches_per_epoch
        rng = np.random.default_rng([self._seed, epoch, lane + 1])
        return shuffle_buffer(count, self.capacity, rng)


def shuffle_buffer(count: int, capacity: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Order in which a shuffle buffer gives what it reads.

    The buffer is filled; then a random element is given and the next one that is read takes its place, until
    nothing is left to read; what the buffer holds then comes in random order. The element that is given at
    step n is one of the first n + capacity.

    Args:
        count: elements to read.
        capacity: elements that the buffer holds.
        rng: draws.

    Returns:
        (count,) numbers of the elements.
    """
    held = list(range(min(capacity, count)))
    given: list[int] = []
    draws = rng.integers(capacity, size=max(0, count - capacity))
    for element, place in enumerate(draws.tolist(), start=capacity):
        given.append(held[place])
        held[place] = element
    rest = [held[place] for place in rng.permutation(len(held)).tolist()]
    return np.array(given + rest, dtype=np.int32)
