"""One stream through some of the shards, with its shuffle buffer."""

import numpy as np
from numpy.typing import NDArray

from kowairo.data import AudioError
from kowairo.data.shards import ShardReader

LARGEST_HELD_BYTES = 1 << 18
"""A longer file than this waits on disk until its turn comes, so that the buffer's memory has a bound."""


class ShardLane:
    """Gives the items of a lane with their audio files, from any place on.

    At most `capacity` files of `LARGEST_HELD_BYTES` are held. A lane that starts inside an epoch holds
    nothing of what was read before: it reads those files one by one when their turn comes, so that the first
    batch comes at once.

    Args:
        reader: reads the shards.
        rows: (item,) row of each item in the shards' index.
        reading: (read,) items in the order of reading; see `ShardOrder`.
        giving: (read,) places in `reading` in the order of giving.
        capacity: items that the buffer holds.
        start: number of items that were given before.
    """

    def __init__(
        self,
        reader: ShardReader,
        rows: NDArray[np.int64],
        *,
        reading: NDArray[np.int32],
        giving: NDArray[np.int32],
        capacity: int,
        start: int = 0,
    ) -> None:
        self._reader = reader
        self._rows = rows
        self._reading = reading
        self._giving = giving
        self._capacity = capacity
        self._given = start
        self._read = 0 if start == 0 else start + capacity
        self._held: dict[int, bytes] = {}

    @property
    def given(self) -> int:
        """Number of items that were given so far."""
        return self._given

    def take(self, count: int) -> list[tuple[int, int, bytes | None]]:
        """The next items.

        Args:
            count: how many; no more than are left.

        Returns:
            Item, row in the shards' index and audio file of each; None where the file is not held.
        """
        taken = []
        for _ in range(count):
            self._read_ahead()
            place = int(self._giving[self._given])
            item = int(self._reading[place])
            taken.append((item, int(self._rows[item]), self._held.pop(place, None)))
            self._given += 1
        return taken

    def _read_ahead(self) -> None:
        stop = min(len(self._reading), self._given + self._capacity)
        for place in range(self._read, stop):
            row = int(self._rows[self._reading[place]])
            if self._reader.size(row) > LARGEST_HELD_BYTES:
                continue
            try:
                self._held[place] = self._reader.read(row)
            except AudioError:
                # Said and counted when its turn comes: then it is tried again.
                continue
        self._read = max(self._read, stop)
