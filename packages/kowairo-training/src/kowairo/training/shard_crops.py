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

    Args:
        order: order of the items.
        rank: number of this process among those that train together.
        ranks: number of these processes.
        parts: in how many parts, each of whole lanes, a batch is wanted; there are fewer where this process
            has fewer lanes.

    Attributes:
        lanes: lanes of each part.

    Raises:
        InputError: if the lanes cannot be shared out evenly among the processes.
    """

    def __init__(self, order: ShardOrder, *, rank: int = 0, ranks: int = 1, parts: int = 1) -> None:
        if order.lanes % ranks or order.batch_size % ranks:
            raise InputError(
                f"{order.lanes} lanes and batches of {order.batch_size} cannot be shared among {ranks} "
                "processes; choose multiples of their number"
            )
        share = order.lanes // ranks
        own = np.arange(rank * share, (rank + 1) * share)
        self.lanes = [part.tolist() for part in np.array_split(own, min(max(1, parts), share))]
        self._order = order
        self._epoch = 0
        self._first_batch = 0

    @property
    def batch_size(self) -> int:
        """Items per batch, those of all processes together."""
        return self._order.batch_size

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches of a whole epoch."""
        return self._order.batches_per_epoch

    @property
    def parts(self) -> int:
        """Parts of a batch of this process."""
        return len(self.lanes)

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
        lanes: lanes of each part.
    """

    def __init__(
        self,
        items: TrainingItems,
        rows: NDArray[np.int64],
        *,
        crops: CropDataset,
        source: ShardAudio,
        order: ShardOrder,
        lanes: Sequence[Sequence[int]],
    ) -> None:
        self._items = items
        self._rows = rows
        self._crops = crops
        self._source = source
        self._order = order
        self._lanes = lanes
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
        for lane in self._lanes[key.part]:
            places = self._order.places(lane)
            taken = self._lane(lane, key).take(len(places))
            for place, (item, row, content) in zip(places, taken, strict=True):
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
