"""Mean and deviation over time, plain and attentive, with hand-written gradients."""

from __future__ import annotations

from typing import Any

import torch

from ._blocking import row_blocks
from .ecapa_operations import LEAST_VARIANCE


def _with_deviation(mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
    """(batch, 1, C) twice to (batch, 2 C)."""
    return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=2).squeeze(1)


def _gradients_of_moments(grad: torch.Tensor, variance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of mean and variance, (batch, 1, C) each, from the gradient of _with_deviation's result."""
    grad_mean, grad_deviation = grad.float().unsqueeze(1).chunk(2, dim=2)
    grad_variance = torch.where(variance > LEAST_VARIANCE, 0.5 * grad_deviation * variance.rsqrt(), 0.0)
    return grad_mean, grad_variance


class Statistics(torch.autograd.Function):
    """statistics of `ecapa_operations`, block by block."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        """Means and deviations (batch, 2 * channels), float32."""
        mean = x.new_empty((x.shape[0], 1, x.shape[2]), dtype=torch.float32)
        variance = torch.empty_like(mean)
        for rows in row_blocks(x):
            values = x[rows].float()
            mean[rows] = values.mean(dim=1, keepdim=True)
            centred = values - mean[rows]
            variance[rows] = centred.mul_(centred).mean(dim=1, keepdim=True)
        ctx.save_for_backward(x, mean, variance)
        return _with_deviation(mean, variance)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
        """Gradient of x: (g_mean + 2 g_var (x - mean)) / time."""
        x, mean, variance = ctx.saved_tensors
        grad_mean, grad_variance = _gradients_of_moments(grad, variance)
        slope = 2.0 / x.shape[1] * grad_variance
        offset = grad_mean / x.shape[1] - slope * mean
        grad_x = torch.empty_like(x)
        for rows in row_blocks(x):
            torch.addcmul(offset[rows], x[rows].float(), slope[rows], out=grad_x[rows])
        return grad_x


class AttentiveStatistics(torch.autograd.Function):
    """attentive_statistics of `ecapa_operations`, block by block.

    With weights p = softmax(l) over time and d = x - mean: the gradient of x is p (g_mean + 2 g_var d), that
    of l is p (d (g_mean + g_var d) - g_var var). The terms through the mean inside the variance vanish, since
    sum p d = 0.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """Weighted means and deviations (batch, 2 * channels), float32."""
        mean = x.new_empty((x.shape[0], 1, x.shape[2]), dtype=torch.float32)
        variance = torch.empty_like(mean)
        weights = torch.empty_like(logits, dtype=torch.float32)
        for rows in row_blocks(x):
            values = x[rows].float()
            p = torch.softmax(logits[rows].float(), dim=1)
            weights[rows] = p
            mean[rows] = (p * values).sum(dim=1, keepdim=True)
            centred = values - mean[rows]
            variance[rows] = centred.mul_(centred).mul_(p).sum(dim=1, keepdim=True)
        ctx.save_for_backward(x, weights, mean, variance)
        ctx.logits_dtype = logits.dtype
        return _with_deviation(mean, variance)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Gradients of x and logits."""
        x, weights, mean, variance = ctx.saved_tensors
        grad_mean, grad_variance = _gradients_of_moments(grad, variance)
        grad_x = torch.empty_like(x)
        grad_logits = torch.empty_like(weights, dtype=ctx.logits_dtype)
        for rows in row_blocks(x):
            p, centred = weights[rows], x[rows].float() - mean[rows]
            tilt = centred * grad_variance[rows]
            half = tilt + grad_mean[rows]  # g_mean + g_var d
            torch.mul(p, tilt.add_(half), out=grad_x[rows])
            inner = centred.mul_(half).sub_(grad_variance[rows] * variance[rows])
            torch.mul(p, inner, out=grad_logits[rows])
        return grad_x, grad_logits
