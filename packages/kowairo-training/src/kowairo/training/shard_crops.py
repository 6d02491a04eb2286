"""Training batches out of shards, in parts that workers make side by side."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset, Sampler

from kowairo.core import InputError

from .batch_plan import ItemKey
from .dataset import CropBatch, CropDataset
from .shard_audio import ShardAudio
from .shard_lane import ShardLane
from .shard_order import ShardOrder
from .training_items import TrainingItems


class PartKey(NamedTuple):
    """A part of a batch."""

    epoch: int
    batch: int
    part: int


class ShardPlan(Sampler[PartKey]):
    """Parts of the full batches of one epoch, from any batch on.

    Where several processes train together, each takes its consecutive part of every batch, as in `BatchPlan`.
    It reads the lanes of these places; a lane is read by two processes only where the number of lanes is no
    multiple of that of the processes.

    Args:
        order: order of the items.
        rank: number of this process among those that train together.
        ranks: number of these processes.
        parts: in how many parts, each of other lanes, a batch is wanted; there are fewer where this process
            has fewer lanes.

    Attributes:
        order: as given.
        places: places of a batch that each part fills.

    Raises:
        InputError: if there are more processes than items in a batch.
    """

    def __init__(self, order: ShardOrder, *, rank: int = 0, ranks: int = 1, parts: int = 1) -> None:
        size = order.batch_size
        if size < ranks:
            raise InputError(f"a batch of {size} items has none for some of {ranks} processes")
        own = range(size * rank // ranks, size * (rank + 1) // ranks)
        groups = np.array_split(_lanes(order, own), min(max(1, parts), len(_lanes(order, own))))
        self.places = [
            range(
                max(own.start, order.places(int(lanes[0])).start),
                min(own.stop, order.places(int(lanes[-1])).stop),
            )
            for lanes in groups
        ]
        self.order = order
        self._epoch = 0
        self._first_batch = 0

    @property
    def batch_size(self) -> int:
        """Items per batch, those of all processes together."""
        return self.order.batch_size

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches of a whole epoch."""
        return self.order.batches_per_epoch

    @property
    def parts(self) -> int:
        """Parts of a batch of this process."""
        return len(self.places)

    def seek(self, epoch: int, batch: int) -> None:
        """Go to a batch of an epoch.

        Args:
            epoch: epoch, from 0.
            batch: first batch that the next iteration gives.
        """
        self._epoch = epoch
        self._first_batch = batch

    def __len__(self) -> int:
        return self.batches_per_epoch - self._first_batch

    def __iter__(self) -> Iterator[PartKey]:
        epoch = self._epoch
        for batch in range(self._first_batch, self.batches_per_epoch):
            for part in range(self.parts):
                yield PartKey(epoch, batch, part)


class ShardCrops(Dataset[CropBatch]):
    """Parts of batches by their keys.

    What is kept from one key to the next is a shortcut alone: whoever asks for the next batch of a lane finds
    its files read, for any other batch the lane starts anew, and the batch is the same.

    Args:
        items: utterances and classes, in the order of the shards.
        rows: (items,) row of each in the shards' index.
        crops: makes crops of items.
        source: audio that `crops` reads.
        order: order of the items.
        places: places of a batch that each part fills.
    """

    def __init__(
        self,
        items: TrainingItems,
        rows: NDArray[np.int64],
        *,
        crops: CropDataset,
        source: ShardAudio,
        order: ShardOrder,
        places: Sequence[range],
    ) -> None:
        self._items = items
        self._rows = rows
        self._crops = crops
        self._source = source
        self._order = order
        self._places = places
        self._open: dict[int, tuple[int, ShardLane]] = {}

    @property
    def num_samples(self) -> int:
        """Length of a crop."""
        return self._crops.num_samples

    def __len__(self) -> int:
        return len(self._items.utts)

    def __getitem__(self, key: PartKey) -> CropBatch:
        """The part of a batch; see `CropDataset.__getitem__` for files that cannot be read."""
        keys: list[ItemKey] = []
        present: dict[str, tuple[int, bytes | None]] = {}
        wanted = self._places[key.part]
        for lane in _lanes(self._order, wanted):
            places = self._order.places(lane)
            taken = self._lane(lane, key).take(len(places))
            for place, (item, row, content) in zip(places, taken, strict=True):
                if place not in wanted:
                    continue
                keys.append(ItemKey(key.epoch, key.batch * self._order.batch_size + place, item))
                present[self._items.utts[item]] = (row, content)
        with self._source.holding(present):
            return self._crops[keys]

    def _lane(self, lane: int, key: PartKey) -> ShardLane:
        start = key.batch * len(self._order.places(lane))
        epoch, stream = self._open.get(lane, (-1, None))
        if stream is None or epoch != key.epoch or stream.given != start:
            stream = ShardLane(
                self._source.reader,
                self._rows,
                reading=self._order.reading(key.epoch, lane),
                giving=self._order.giving(key.epoch, lane),
                capacity=self._order.capacity,
                start=start,
            )
            self._open[lane] = (key.epoch, stream)
        return stream


def _lanes(order: ShardOrder, places: range) -> list[int]:
    """Lanes that fill some of these places."""
    own = [order.places(lane) for lane in range(order.lanes)]
    return [lane for lane, its in enumerate(own) if max(its.start, places.start) < min(its.stop, places.stop)]
