"""The processes that train one model together, if there are several.

Which ones they are is the default group of `torch.distributed`; without one everything here is about one
process and does nothing.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

ValueT = TypeVar("ValueT")
_BUCKET_ELEMENTS = 1 << 22


def rank() -> int:
    """Number of this process, from 0."""
    return dist.get_rank() if _grouped() else 0


def world_size() -> int:
    """How many processes there are."""
    return dist.get_world_size() if _grouped() else 1


def is_first() -> bool:
    """Whether this process is the one that writes files."""
    return rank() == 0


def sum_in_place(tensors: Sequence[Tensor]) -> None:
    """Replace tensors by their sums over all processes, the same bits in each.

    Small tensors travel together: a network has hundreds, and a journey costs more than most of them weigh.

    Args:
        tensors: of equal shapes in all processes, in the same order, of one dtype and device.
    """
    if world_size() == 1:
        return
    for bucket in _buckets(tensors):
        flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
        dist.all_reduce(flat)
        pieces = flat.split_with_sizes([tensor.numel() for tensor in bucket])
        for tensor, piece in zip(bucket, pieces, strict=True):
            tensor.copy_(piece.view_as(tensor))


def sum_numbers(numbers: Sequence[float], *, device: torch.device) -> list[float]:
    """Sums of numbers over all processes.

    Args:
        numbers: as many in all processes.
        device: where the processes meet.
    """
    if world_size() == 1:
        return list(numbers)
    totals = torch.tensor(numbers, dtype=torch.float64, device=device)
    dist.all_reduce(totals)
    found: list[float] = totals.tolist()
    return found


def from_first(value: ValueT) -> ValueT:
    """The first process's value, in all processes.

    Args:
        value: what can be pickled; that of the other processes does not matter.
    """
    if world_size() == 1:
        return value
    box = [value]
    dist.broadcast_object_list(box, src=0)
    return box[0]


def of_all(value: ValueT) -> list[ValueT]:
    """The values of all processes, in the order of their numbers."""
    if world_size() == 1:
        return [value]
    found: list[ValueT | None] = [None] * world_size()
    dist.all_gather_object(found, value)
    return [one for one in found if one is not None]


def wait_for_all() -> None:
    """Go on when all processes have come here."""
    if world_size() > 1:
        dist.barrier()


def _grouped() -> bool:
    return dist.is_available() and dist.is_initialized()


def _buckets(tensors: Sequence[Tensor]) -> Iterable[list[Tensor]]:
    bucket: list[Tensor] = []
    elements = 0
    for tensor in tensors:
        if bucket and elements + tensor.numel() > _BUCKET_ELEMENTS:
            yield bucket
            bucket, elements = [], 0
        bucket.append(tensor)
        elements += tensor.numel()
    if bucket:
        yield bucket
