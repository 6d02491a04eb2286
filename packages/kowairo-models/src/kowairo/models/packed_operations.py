"""The operations of ECAPA-TDNN for many utterances whose frames lie one after the other.

Padding would change the embeddings: sums of a GroupNorm would see the pad frames, and edges would be
reflected at the end of the padding. Here each frame knows its utterance. Sums over an utterance are products
with a matrix of zeros and ones, (utterances, frames): the same at every run, which scattered additions on a
GPU are not, and a few per cent of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F

from .ecapa_operations import LEAST_VARIANCE, EcapaOperations


@dataclass(frozen=True, eq=False)
class Segments:
    """Which frame belongs to which utterance.

    Attributes:
        lengths: (utterances,), int64, frames of each.
        owner: (frames,), int64, utterance of each frame.
        members: (utterances, frames), float32, 1 where the frame is the utterance's.
    """

    lengths: torch.Tensor
    owner: torch.Tensor
    members: torch.Tensor

    @classmethod
    def of(cls, lengths: Sequence[int], device: torch.device) -> Segments:
        """Segments of utterances with so many frames, one after the other."""
        sizes = torch.tensor(list(lengths), device=device)
        utterances = torch.arange(len(lengths), device=device)
        owner = utterances.repeat_interleave(sizes)
        return cls(sizes, owner, (owner == utterances[:, None]).float())

    def sums(self, x: torch.Tensor) -> torch.Tensor:
        """Sums (utterances, channels), float32, of (frames, channels)."""
        with torch.autocast(x.device.type, enabled=False):
            return self.members @ x.float()

    def means(self, x: torch.Tensor) -> torch.Tensor:
        """Means (utterances, channels), float32, of (frames, channels)."""
        return self.sums(x) / self.lengths[:, None]

    def neighbours(self, shift: int) -> torch.Tensor:
        """(frames,), index of the frame `shift` later in the same utterance, reflected at its ends."""
        starts = self.lengths.cumsum(0)[self.owner] - self.lengths[self.owner]
        last = self.lengths[self.owner] - 1
        place = torch.arange(len(self.owner), device=self.owner.device) - starts + shift
        return starts + last - (last - place.abs()).abs()


def packed_operations(lengths: Sequence[int], *, device: torch.device) -> EcapaOperations:
    """Operations on (1, frames, channels) that see each utterance by itself.

    Args:
        lengths: frames of the utterances, in the order in which they lie.
        device: of the frames.

    Returns:
        Operations whose statistics have a row per utterance.
    """
    segments = Segments.of(lengths, device)
    return EcapaOperations(
        relu_group_norm=partial(_relu_group_norm, segments),
        reflect_convolution=partial(_reflect_convolution, segments),
        statistics=partial(_statistics, segments),
        attentive_statistics=partial(_attentive_statistics, segments),
        mean_over_time=lambda x: segments.means(x[0]),
        per_frame=lambda values: values[segments.owner][None],
    )


def _relu_group_norm(
    segments: Segments,
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    num_groups: int,
    eps: float,
) -> torch.Tensor:
    rectified = x[0].relu().float()
    # (utterances, channels): the mean of each channel's group, then the group's variance likewise.
    mean = _over_groups(segments.means(rectified), num_groups)
    centred = rectified - mean[segments.owner]
    variance = _over_groups(segments.means(centred.square()), num_groups)
    scale = weight * (variance + eps).rsqrt()
    return torch.addcmul(bias, centred, scale[segments.owner])[None].to(x.dtype)


def _over_groups(values: torch.Tensor, num_groups: int) -> torch.Tensor:
    """Mean over the channels of each group, repeated for each of them: (utterances, channels), both."""
    rows, channels = values.shape
    means = values.view(rows, num_groups, -1).mean(dim=2, keepdim=True)
    return means.expand(-1, -1, channels // num_groups).reshape(rows, channels)


def _reflect_convolution(
    segments: Segments, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, dilation: int
) -> torch.Tensor:
    kernel = weight.shape[2]
    taps = [x[0][segments.neighbours((tap - kernel // 2) * dilation)] for tap in range(kernel)]
    return F.linear(torch.cat(taps, dim=1), weight.transpose(1, 2).flatten(1), bias)[None]


def _statistics(segments: Segments, x: torch.Tensor) -> torch.Tensor:
    mean = segments.means(x[0])
    variance = segments.means((x[0].float() - mean[segments.owner]).square())
    return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)


def _attentive_statistics(segments: Segments, x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    frames, levels = x[0].float(), logits[0].float()
    owner = segments.owner[:, None].expand_as(levels)
    highest = levels.new_full((len(segments.lengths), levels.shape[1]), -torch.inf)
    highest = highest.scatter_reduce(0, owner, levels, reduce="amax")
    weights = (levels - highest[segments.owner]).exp()
    total = segments.sums(weights)
    mean = segments.sums(weights * frames) / total
    variance = segments.sums(weights * (frames - mean[segments.owner]).square()) / total
    return torch.cat([mean, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)
