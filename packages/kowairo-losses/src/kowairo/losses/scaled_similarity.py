"""A learned scale and bias on cosines."""

from __future__ import annotations

import math

import torch
from torch import nn

from kowairo.core import InputError


class ScaledSimilarity(nn.Module):
    """w cos + b with learned w > 0 and b.

    The parameter is ln w: w stays positive whatever the optimiser does, and its gradient never dies, as it
    does where a clamp holds it.

    Args:
        scale: initial w.
        bias: initial b.

    Raises:
        InputError: a scale that is not positive.

    Source: Wan, Wang, Papir and Lopez Moreno (2018), eq. 5, where w > 0 is asked for.
    """

    def __init__(self, scale: float = 10.0, bias: float = -5.0) -> None:
        super().__init__()
        if scale <= 0:
            raise InputError(f"expected a positive scale, got {scale}")
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.bias = nn.Parameter(torch.tensor(float(bias)))

    @property
    def scale(self) -> torch.Tensor:
        """The present w, a scalar."""
        return self.log_scale.float().exp()

    def forward(self, cosines: torch.Tensor) -> torch.Tensor:
        """W cos + b, the shape of the cosines."""
        return self.scale * cosines + self.bias.float()
