"""A layer that turns the gradient round."""

from __future__ import annotations

import math

import torch


def reverse_gradient(values: torch.Tensor, strength: float = 1.0) -> torch.Tensor:
    """The values themselves; their gradient is multiplied by -strength.

    Args:
        values: any shape.
        strength: factor of the reversed gradient, 0 or more.

    Returns:
        Same shape.

    Source: Ganin and Lempitsky (2015).
    """
    reversed_values: torch.Tensor = _ReverseGradient.apply(values, strength)  # type: ignore[no-untyped-call]  # torch's
    return reversed_values


def reversal_schedule(progress: float, *, steepness: float = 10.0) -> float:
    """Strength of the reversal: 2 / (1 + exp(-steepness progress)) - 1, from 0 towards 1.

    Args:
        progress: share of the training that is done, in [0, 1].
        steepness: how soon it rises.

    Returns:
        Strength in [0, 1).

    Source: Ganin and others (2016), section 5.2.2.

    Example:
        >>> reversal_schedule(0.0)
        0.0
    """
    return math.tanh(steepness * progress / 2.0)


class _ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, values: torch.Tensor, strength: float
    ) -> torch.Tensor:
        ctx.strength = strength  # type: ignore[attr-defined]  # torch's place for it
        return values.view_as(values)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor, None]:
        return -ctx.strength * gradients[0], None  # type: ignore[attr-defined]  # set in forward
