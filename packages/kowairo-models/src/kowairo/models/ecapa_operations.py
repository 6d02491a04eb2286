"""The building operations of ECAPA-TDNN in plain PyTorch: short, exact, and traceable for export.

Every tensor is channels last, (batch, time, channels). `ecapa_fused` has the same operations with
hand-written gradients; `EcapaOperations` is what the network is computed with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

# Variances below this count as this, so that the square root has a finite slope. SpeechBrain's value.
LEAST_VARIANCE = 1e-12


def relu_group_norm(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, num_groups: int, eps: float
) -> torch.Tensor:
    """GroupNorm of relu(x), over the time and the channels of each group.

    y = (r - mean) / sqrt(var + eps) * weight + bias with r = relu(x), the population variance, and float32
    statistics.

    Args:
        x: (batch, time, channels).
        weight: (channels,), float32.
        bias: (channels,), float32.
        num_groups: groups of neighbouring channels; divides channels.
        eps: added to the variance.

    Returns:
        (batch, time, channels), dtype of x.
    """
    batch, frames, channels = x.shape
    # (batch, time, groups, channels / groups)
    grouped = x.relu().float().view(batch, frames, num_groups, channels // num_groups)
    centred = grouped - grouped.mean(dim=(1, 3), keepdim=True)
    variance = centred.square().mean(dim=(1, 3), keepdim=True)
    normal = (centred * (variance + eps).rsqrt()).flatten(2)
    scaled: torch.Tensor = normal * weight + bias
    return scaled.to(x.dtype)


def reflect_convolution(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, dilation: int
) -> torch.Tensor:
    """Convolution over time with reflected edges, as many frames out as in.

    Args:
        x: (batch, time, channels in); time > dilation * (kernel - 1) / 2.
        weight: (channels out, channels in, kernel), kernel odd.
        bias: (channels out,).
        dilation: frames between taps.

    Returns:
        (batch, time, channels out).
    """
    kernel, frames = weight.shape[2], x.shape[1]
    edge = dilation * (kernel - 1) // 2
    left, right = x[:, 1 : edge + 1].flip(1), x[:, -edge - 1 : -1].flip(1)
    padded = torch.cat([left, x, right], dim=1)
    taps = [padded[:, tap * dilation : tap * dilation + frames] for tap in range(kernel)]
    return F.linear(torch.cat(taps, dim=2), weight.transpose(1, 2).flatten(1), bias)


def statistics(x: torch.Tensor) -> torch.Tensor:
    """Mean and population deviation over time.

    Args:
        x: (batch, time, channels).

    Returns:
        (batch, 2 * channels), float32: means, then sqrt(max(variance, 1e-12)).
    """
    x = x.float()
    mean = x.mean(dim=1)
    variance = (x - mean.unsqueeze(1)).square().mean(dim=1)
    return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)


def attentive_statistics(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Mean and deviation over time, weighted by a softmax over time for each channel.

    Args:
        x: (batch, time, channels).
        logits: (batch, time, channels), logits of the weights.

    Returns:
        (batch, 2 * channels), float32: means, then sqrt(max(variance, 1e-12)).
    """
    x, weights = x.float(), logits.float().softmax(dim=1)
    mean = (weights * x).sum(dim=1)
    variance = (weights * (x - mean.unsqueeze(1)).square()).sum(dim=1)
    return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)


def mean_over_time(x: torch.Tensor) -> torch.Tensor:
    """Means (utterances, channels), float32, of (batch, time, channels)."""
    return x.mean(dim=1, dtype=torch.float32)


def per_frame(values: torch.Tensor) -> torch.Tensor:
    """One row per utterance, (utterances, channels), in a shape that broadcasts over its frames."""
    return values.unsqueeze(1)


def gated_sum(shortcut: torch.Tensor, x: torch.Tensor, gates: torch.Tensor) -> torch.Tensor:
    """Sum shortcut + x * gates, in two operators that every runtime has."""
    return shortcut + x * gates


@dataclass(frozen=True)
class EcapaOperations:
    """What the network is computed with; see the functions of the same names for arguments and results."""

    relu_group_norm: Callable[[torch.Tensor, torch.Tensor, torch.Tensor, int, float], torch.Tensor]
    reflect_convolution: Callable[[torch.Tensor, torch.Tensor, torch.Tensor, int], torch.Tensor]
    statistics: Callable[[torch.Tensor], torch.Tensor]
    attentive_statistics: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    mean_over_time: Callable[[torch.Tensor], torch.Tensor] = mean_over_time
    per_frame: Callable[[torch.Tensor], torch.Tensor] = per_frame
    gated_sum: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor] = torch.addcmul


PLAIN_OPERATIONS = EcapaOperations(
    relu_group_norm=relu_group_norm,
    reflect_convolution=reflect_convolution,
    statistics=statistics,
    attentive_statistics=attentive_statistics,
    gated_sum=gated_sum,
)
