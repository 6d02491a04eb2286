"""The rows of all processes, with gradient."""

from __future__ import annotations

import torch
import torch.distributed as dist


def gather_rows(rows: torch.Tensor) -> torch.Tensor:
    """Rows of all processes of the default group, in the order of their ranks.

    Processes may have different numbers of rows. The gradient that arrives is summed over the processes and
    each gets its part: where every process computes the same loss L of all rows, the mean of the processes'
    gradients, which DDP takes, is then exactly the gradient of L.

    All processes have to call it. Without a process group the rows themselves come back.

    Args:
        rows: (batch, ...), of a shape that is the same everywhere but for the first dimension.

    Returns:
        (sum of batches, ...).
    """
    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() == 1:
        return rows
    sizes = _gather_sizes(rows)
    if not rows.is_floating_point():
        return _gather(rows, sizes)
    gathered: torch.Tensor = _GatherRows.apply(rows, sizes)  # type: ignore[no-untyped-call]  # torch's
    return gathered


class _GatherRows(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, rows: torch.Tensor, sizes: list[int]
    ) -> torch.Tensor:
        start = sum(sizes[: dist.get_rank()])
        ctx.own = slice(start, start + len(rows))  # type: ignore[attr-defined]  # torch's place for it
        return _gather(rows, sizes)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor, None]:
        gradient = gradients[0].clone(memory_format=torch.contiguous_format)
        dist.all_reduce(gradient)
        return gradient[ctx.own], None  # type: ignore[attr-defined]  # set in forward


def _gather_sizes(rows: torch.Tensor) -> list[int]:
    own = torch.tensor([len(rows)], device=rows.device)
    sizes = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(sizes, own)
    return [int(size) for size in sizes]


def _gather(rows: torch.Tensor, sizes: list[int]) -> torch.Tensor:
    # Collectives want equal shapes: shorter batches are filled up and cut again.
    filled = rows.new_zeros(max(sizes), *rows.shape[1:])
    filled[: len(rows)] = rows
    parts = [torch.empty_like(filled) for _ in sizes]
    dist.all_gather(parts, filled)
    return torch.cat([part[:size] for part, size in zip(parts, sizes, strict=True)])
