"""Convolution over time with reflected edges, channels last, with a hand-written gradient."""

from __future__ import annotations

from typing import Any

import torch


def _shifts(kernel: int, dilation: int) -> list[int]:
    return [(tap - kernel // 2) * dilation for tap in range(kernel)]


def _gather(x: torch.Tensor, shift: int, out: torch.Tensor) -> None:
    """out[:, t] = x[:, reflect(t + shift)]."""
    frames = x.shape[1]
    if shift == 0:
        out.copy_(x)
    elif shift > 0:
        out[:, : frames - shift] = x[:, shift:]
        out[:, frames - shift :] = x[:, frames - 1 - shift : frames - 1].flip(1)
    else:
        out[:, -shift:] = x[:, :shift]
        out[:, :-shift] = x[:, 1 : 1 - shift].flip(1)


def _scatter_add(grad: torch.Tensor, shift: int, x: torch.Tensor) -> None:
    """The transpose of _gather: x[:, reflect(t + shift)] += grad[:, t]."""
    frames = x.shape[1]
    if shift == 0:
        x += grad
    elif shift > 0:
        x[:, shift:] += grad[:, : frames - shift]
        x[:, frames - 1 - shift : frames - 1] += grad[:, frames - shift :].flip(1)
    else:
        x[:, :shift] += grad[:, -shift:]
        x[:, 1 : 1 - shift] += grad[:, :-shift].flip(1)


class ReflectConvolution(torch.autograd.Function):
    """reflect_convolution of `ecapa_operations`: frames gathered side by side, then one matrix product.

    Takes the weight as (channels out, kernel * channels in), all arguments of one dtype.
    """

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, kernel: int, dilation: int
    ) -> torch.Tensor:
        """Convolved frames (batch, time, channels out)."""
        batch, frames, channels = x.shape
        columns = x.new_empty((batch, frames, kernel, channels))
        for tap, shift in enumerate(_shifts(kernel, dilation)):
            _gather(x, shift, columns[:, :, tap])
        columns = columns.view(batch * frames, kernel * channels)
        ctx.save_for_backward(columns, weight)
        ctx.kernel, ctx.dilation, ctx.shape = kernel, dilation, x.shape
        return torch.addmm(bias, columns, weight.t()).view(batch, frames, -1)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Gradients of x, weight and bias."""
        columns, weight = ctx.saved_tensors
        flat = grad.reshape(columns.shape[0], -1)
        grad_x = None
        if ctx.needs_input_grad[0]:
            batch, frames, channels = ctx.shape
            grad_columns = (flat @ weight).view(batch, frames, ctx.kernel, channels)
            grad_x = grad_columns[:, :, ctx.kernel // 2].contiguous()
            for tap, shift in enumerate(_shifts(ctx.kernel, ctx.dilation)):
                if shift:
                    _scatter_add(grad_columns[:, :, tap], shift, grad_x)
        return grad_x, flat.t() @ columns, flat.sum(dim=0, dtype=torch.float32).to(flat.dtype), None, None
