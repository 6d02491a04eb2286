"""GroupNorm of a rectified tensor, channels last, with a hand-written gradient."""

from __future__ import annotations

from typing import Any

import torch

from ._blocking import row_blocks


def _group_means(x: torch.Tensor, num_groups: int) -> torch.Tensor:
    """Mean over time and the channels of a group, repeated per channel: (batch, time, C) to (batch, 1, C)."""
    batch, _, channels = x.shape
    width = channels // num_groups
    means = x.mean(dim=1).view(batch, num_groups, width).mean(dim=2, keepdim=True)
    return means.expand(-1, -1, width).reshape(batch, 1, channels)


class ReluGroupNorm(torch.autograd.Function):
    """relu_group_norm of `ecapa_operations`, block by block.

    With r = relu(x), s = 1 / sqrt(var + eps) and n values in a group, the gradient of r is
    s (w g - mean(w g) - xhat mean(w g xhat)), xhat = s (r - mean), the means over a group; it passes where r
    > 0. Only r is kept for it, in x's precision.
    """

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, num_groups: int, eps: float
    ) -> torch.Tensor:
        """Normalised relu(x); see relu_group_norm."""
        rectified, out = torch.empty_like(x), torch.empty_like(x)
        mean = x.new_empty((x.shape[0], 1, x.shape[2]), dtype=torch.float32)
        inverse = torch.empty_like(mean)
        for rows in row_blocks(x):
            values = torch.clamp_min(x[rows], 0.0, out=rectified[rows]).float()
            mean[rows] = _group_means(values, num_groups)
            centred = values - mean[rows]
            inverse[rows] = (_group_means(centred * centred, num_groups) + eps).rsqrt()
            torch.addcmul(bias, centred, weight * inverse[rows], out=out[rows])
        ctx.save_for_backward(rectified, weight, mean, inverse)
        ctx.num_groups = num_groups
        return out

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Gradients of x, weight and bias."""
        rectified, weight, mean, inverse = ctx.saved_tensors
        grad_x = torch.empty_like(rectified)
        sums = torch.empty_like(mean)
        products = torch.empty_like(mean)
        for rows in row_blocks(rectified):
            g, r = grad[rows].float(), rectified[rows].float()
            s = inverse[rows]
            sums[rows] = g.sum(dim=1, keepdim=True)
            products[rows] = ((g * r).sum(dim=1, keepdim=True) - mean[rows] * sums[rows]) * s
            frames = g.shape[1]
            offset = _group_means(weight * sums[rows] / frames, ctx.num_groups)
            slope = s * _group_means(weight * products[rows] / frames, ctx.num_groups)
            grad_r = torch.addcmul(s * (slope * mean[rows] - offset), g, weight * s)
            grad_r.addcmul_(r, s * slope, value=-1.0)
            grad_x[rows] = torch.ops.aten.threshold_backward(grad_r, r, 0.0)
        return grad_x, products.sum(dim=(0, 1)), sums.sum(dim=(0, 1)), None, None
