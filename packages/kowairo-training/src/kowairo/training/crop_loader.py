"""Batches for training, with a clock on how long training waits for them."""

import time
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import DataLoader

from kowairo.data import SAMPLE_RATE_HZ

from .batch_plan import BatchPlan
from .dataset import CropBatch, CropDataset
from .shard_crops import ShardCrops, ShardPlan


class CropLoader:
    """Iterates over the batches of an epoch from where its plan stands.

    Workers live as long as the loader: starting them costs as much as several small batches. Because an
    item's draws follow from its key alone, the batches are the same for any number of workers.

    Args:
        dataset: crops by keys.
        plan: keys of batches, or of their parts.
        num_workers: processes that prepare batches; 0 prepares them in the training process.
        parts: keys that make a batch together, in their order.

    Attributes:
        num_workers: as given.
        waited_s: time that training waited for batches; its user sets it back.
    """

    def __init__(
        self,
        dataset: CropDataset | ShardCrops,
        plan: BatchPlan | ShardPlan,
        *,
        num_workers: int = 0,
        parts: int = 1,
    ) -> None:
        self._plan = plan
        self._parts = parts
        self.num_workers = num_workers
        self._crop_s = dataset.num_samples / SAMPLE_RATE_HZ
        self._loader: DataLoader[CropBatch] = DataLoader(
            dataset,
            batch_size=None,
            sampler=plan,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
            prefetch_factor=4 if num_workers else None,
            multiprocessing_context="fork" if num_workers else None,
        )
        self.waited_s = 0.0

    def seek(self, epoch: int, batch: int) -> None:
        """Continue from a batch of an epoch; see `BatchPlan.seek`."""
        self._plan.seek(epoch, batch)

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches of a whole epoch."""
        return self._plan.batches_per_epoch

    @property
    def batch_size(self) -> int:
        """Crops of a batch, those of all processes together."""
        return self._plan.batch_size

    @property
    def audio_per_batch_s(self) -> float:
        """Audio of a batch, of all processes together, in seconds."""
        return self._plan.batch_size * self._crop_s

    def __len__(self) -> int:
        return len(self._plan)

    def __iter__(self) -> Iterator[CropBatch]:
        remaining = len(self._plan)
        started = time.perf_counter()
        batches = iter(self._loader)
        for _ in range(remaining):
            batch = joined([next(batches) for _ in range(self._parts)])
            self.waited_s += time.perf_counter() - started
            yield batch
            started = time.perf_counter()


def joined(parts: Sequence[CropBatch]) -> CropBatch:
    """Parts of a batch behind one another.

    Args:
        parts: parts with the same columns.
    """
    if len(parts) == 1:
        return parts[0]
    columns = zip(*parts, strict=True)
    return CropBatch._make(None if column[0] is None else torch.cat(column) for column in columns)
