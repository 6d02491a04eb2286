"""The operations of `ecapa_operations` with hand-written gradients, for training and embedding on a CPU.

The same values; passes over memory are what they save. Each piece of the batch goes through an operation's
passes while it is in cache, statistics are taken from sums over time (native GroupNorm is slow for few
channels per group), and a convolution keeps its gathered frames. Measured in benchmarks/results/ecapa.md.
"""

from __future__ import annotations

from typing import cast

import torch

from ._fused_convolution import ReflectConvolution
from ._fused_norm import ReluGroupNorm
from ._fused_statistics import AttentiveStatistics, Statistics
from .ecapa_operations import EcapaOperations


def relu_group_norm(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, num_groups: int, eps: float
) -> torch.Tensor:
    """See `ecapa_operations.relu_group_norm`."""
    return _apply(ReluGroupNorm, x, weight, bias, num_groups, eps)


def reflect_convolution(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, dilation: int
) -> torch.Tensor:
    """See `ecapa_operations.reflect_convolution`."""
    device = x.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype
    rows = weight.transpose(1, 2).flatten(1)  # (channels out, kernel * channels in)
    kernel = weight.shape[2]
    return _apply(ReflectConvolution, x.to(dtype), rows.to(dtype), bias.to(dtype), kernel, dilation)


def statistics(x: torch.Tensor) -> torch.Tensor:
    """See `ecapa_operations.statistics`."""
    return _apply(Statistics, x)


def attentive_statistics(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """See `ecapa_operations.attentive_statistics`."""
    return _apply(AttentiveStatistics, x, logits)


def _apply(function: type[torch.autograd.Function], *arguments: torch.Tensor | float) -> torch.Tensor:
    """Function.apply with types: torch leaves it unannotated."""
    return cast(torch.Tensor, function.apply(*arguments))  # type: ignore[no-untyped-call]


FUSED_OPERATIONS = EcapaOperations(
    relu_group_norm=relu_group_norm,
    reflect_convolution=reflect_convolution,
    statistics=statistics,
    attentive_statistics=attentive_statistics,
)
