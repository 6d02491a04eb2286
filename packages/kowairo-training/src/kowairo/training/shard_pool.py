"""Parts of a batch computed side by side, each on one core."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import nn

from .dataset import CropBatch

PartT = TypeVar("PartT")
ResultT = TypeVar("ResultT")


class ShardPool:
    """Runs tasks in as many threads as there are shards; torch releases Python's lock inside its kernels.

    Two halves of a batch on a core each finish sooner than one batch whose every small kernel is spread over
    two cores and waited for, and far sooner where something else wants a core too
    (benchmarks/results/training_step.md).

    Args:
        shards: parts of a batch; 1 computes in the calling thread.
    """

    def __init__(self, shards: int) -> None:
        self.shards = shards
        self._pool: ThreadPoolExecutor | None = None
        self._draws: bool | None = None

    def split(self, batch: CropBatch) -> list[CropBatch]:
        """Consecutive parts of a batch, of nearly equal size, none empty."""
        return split_batch(batch, self.shards)

    def run(self, task: Callable[[PartT], ResultT], parts: Sequence[PartT]) -> list[ResultT]:
        """Results of the parts, in their order.

        The threads share torch's generator. The first call therefore runs the parts in turn and looks whether
        they draw from it (dropout does); if so, every later call runs them in turn too, so that the draws
        keep their order.

        Args:
            task: what to do with a part.
            parts: parts of a batch.
        """
        if self._draws is None:
            before = torch.random.get_rng_state()
            results = [task(part) for part in parts]
            self._draws = not torch.equal(before, torch.random.get_rng_state())
            return results
        if self._draws or len(parts) == 1:
            return [task(part) for part in parts]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.shards, initializer=torch.set_num_threads, initargs=(1,))
        return list(self._pool.map(task, parts))


def split_batch(batch: CropBatch, count: int) -> list[CropBatch]:
    """Consecutive parts of a batch, of nearly equal size, none empty.

    Args:
        batch: batch to split.
        count: wanted number of parts.
    """
    count = min(count, len(batch.labels))
    parts = [[None] * count if column is None else column.tensor_split(count) for column in batch]
    return [CropBatch(*columns) for columns in zip(*parts, strict=True)]


def shards_for(model: nn.Module, threads: int, device: torch.device) -> int:
    """How many shards a model allows.

    Args:
        model: model to train.
        threads: cores.
        device: where it runs.

    Returns:
        `threads` on a CPU; 1 on a GPU, and where BatchNorm ties the items of a batch together.
    """
    tied = any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules())
    return 1 if device.type != "cpu" or tied else threads
