"""Batches of an epoch as lists of item keys, from any batch on."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from kowairo.core import InputError

from .item_order import ItemOrder


class ItemKey(NamedTuple):
    """All that an item's random draws depend on, besides the seed of the run and the utterance id."""

    epoch: int
    position: int
    item: int


class BatchPlan(Sampler[list[ItemKey]]):
    """Full batches of one epoch, from any batch on, so that a run can continue inside an epoch.

    `seek` chooses the epoch and the first batch. Where several processes train together, each takes its
    consecutive part of every batch; the parts differ by one item at most.

    Args:
        labels: (items,) class of each item.
        order: rule of the order.
        batch_size: items per batch; the rest of an epoch that fills no batch is left out.
        seed: seed of the run.
        part: which part of every batch, from 0.
        num_parts: parts of a batch.

    Raises:
        InputError: if there are fewer items than one batch needs, fewer in a batch than parts, or the order
            is one of other batches.
    """

    def __init__(
        self,
        labels: NDArray[np.int64],
        *,
        order: ItemOrder,
        batch_size: int,
        seed: int,
        part: int = 0,
        num_parts: int = 1,
    ) -> None:
        if batch_size < 1 or len(labels) < batch_size:
            raise InputError(f"{len(labels)} training items do not fill a batch of {batch_size}")
        if batch_size < num_parts:
            raise InputError(f"a batch of {batch_size} items has none for some of {num_parts} processes")
        order.check_batch_size(batch_size)
        self._labels = labels
        self._order = order
        self._batch_size = batch_size
        self._seed = seed
        self._part = slice(batch_size * part // num_parts, batch_size * (part + 1) // num_parts)
        self._epoch = 0
        self._first_batch = 0

    @property
    def batch_size(self) -> int:
        """Items per batch, those of all parts together."""
        return self._batch_size

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches of a whole epoch."""
        return len(self._labels) // self._batch_size

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

    def __iter__(self) -> Iterator[list[ItemKey]]:
        epoch, size = self._epoch, self._batch_size
        indices = self._order.indices(self._labels, seed=self._seed, epoch=epoch)
        for batch in range(self._first_batch, self.batches_per_epoch):
            first, last = batch * size + self._part.start, batch * size + self._part.stop
            yield [
                ItemKey(epoch, position, int(index))
                for position, index in enumerate(indices[first:last], start=first)
            ]
