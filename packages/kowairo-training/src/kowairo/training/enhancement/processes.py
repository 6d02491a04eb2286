"""One training in several processes: each takes its share of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray

_ItemsT = TypeVar("_ItemsT", NDArray[np.int64], list[NDArray[np.int64]])


@dataclass(frozen=True)
class Processes:
    """Place of this process among those of a run; alone by default.

    A step's batch is shared out, not multiplied: with the same settings the steps are the same, up to
    rounding, however many processes there are (for losses that are means over rows).
    """

    rank: int = 0
    """Number of this process, from 0."""
    size: int = 1
    """Number of processes."""

    @property
    def is_first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0

    def share(self, items: _ItemsT) -> _ItemsT:
        """Every size-th item from the rank-th on; it may be none."""
        return items[self.rank :: self.size]

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add up the gradients of all processes, which must be weighted by their share."""
        if self.size == 1:
            return
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)

    def sum(self, value: float) -> float:
        """Add up a number over all processes."""
        if self.size == 1:
            return value
        total = torch.tensor(value, dtype=torch.float64)
        dist.all_reduce(total)
        return float(total)

    @classmethod
    @contextmanager
    def of_torchrun(cls) -> Iterator[Processes]:
        """Join the processes that torchrun started; alone where it did not.

        Yields:
            The place of this process.
        """
        if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
            yield cls()
            return
        # Numbers of a CPU and of a GPU are exchanged through one group, so gloo, which takes both.
        dist.init_process_group("gloo")
        try:
            yield cls(dist.get_rank(), dist.get_world_size())
        finally:
            dist.destroy_process_group()
