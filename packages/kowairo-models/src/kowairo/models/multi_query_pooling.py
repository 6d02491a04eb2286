"""Multi-query multi-head attentive statistics pooling."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .pooling import Pooling
from .statistics_pooling import VARIANCE_OFFSET, weighted_statistics


class MultiQueryPooling(Pooling):
    """Attentive statistics of groups of channels, several times over (MQMHASTP).

    The channels are split into `num_heads` groups; each of `num_queries` queries has, for each group, its own
    network z = W2 tanh(W1 x_h + b1) + b2 and takes the statistics of the group weighted by softmax_t z.
    Output: for each query, for each head, means then deviations. Keys as WeSpeaker stores them,
    `n_query.{query}.heads_att_trans.{head}.att_{layer}`.

    Args:
        num_channels: channels of a frame, divisible by num_heads.
        num_queries: queries.
        num_heads: groups of neighbouring channels.
        attention_channels: width of the inner layer of each network.

    Raises:
        InputError: num_heads does not divide num_channels.

    Source: Zhao and others, "The SpeakIn system for VoxCeleb Speaker Recognition Challenge 2021" (2021),
    with one weight per channel of a group, WeSpeaker's setting. Weighted variances are at least 1e-7.
    """

    n_query: nn.ModuleList

    def __init__(
        self, *, num_channels: int, num_queries: int = 2, num_heads: int = 8, attention_channels: int = 64
    ) -> None:
        super().__init__(num_channels=num_channels)
        if num_heads < 1 or num_channels % num_heads:
            raise InputError(f"expected num_heads that divides {num_channels} channels, got {num_heads}")
        width = num_channels // num_heads
        self.num_heads, self.num_queries = num_heads, num_queries
        self.n_query = nn.ModuleList(
            _Query(num_heads=num_heads, width=width, attention_channels=attention_channels)
            for _ in range(num_queries)
        )

    @property
    def output_dim(self) -> int:
        """Twice the channels for each query."""
        return 2 * self.num_channels * self.num_queries

    def pool(self, frames: torch.Tensor) -> torch.Tensor:
        """Statistics by query and head, (batch, 2 * channels * queries)."""
        groups = frames.chunk(self.num_heads, dim=2)
        return torch.cat([cast(_Query, query)(groups) for query in self.n_query], dim=1)


class _Query(nn.Module):
    """One network per head."""

    heads_att_trans: nn.ModuleList

    def __init__(self, *, num_heads: int, width: int, attention_channels: int) -> None:
        super().__init__()
        self.heads_att_trans = nn.ModuleList(
            nn.ModuleDict(
                {
                    "att_0": nn.Conv1d(width, attention_channels, 1),
                    "att_1": nn.Conv1d(attention_channels, width, 1),
                }
            )
            for _ in range(num_heads)
        )

    def forward(self, groups: tuple[torch.Tensor, ...]) -> torch.Tensor:
        statistics = []
        for group, layers in zip(groups, self.heads_att_trans, strict=True):
            inner, outer = _convolutions(cast(nn.ModuleDict, layers))
            hidden = F.linear(group, inner.weight.squeeze(2), inner.bias).tanh()
            logits = F.linear(hidden, outer.weight.squeeze(2), outer.bias)
            statistics.append(weighted_statistics(group, logits, least_variance=VARIANCE_OFFSET))
        return torch.cat(statistics, dim=1)


def _convolutions(layers: nn.ModuleDict) -> tuple[nn.Conv1d, nn.Conv1d]:
    return cast(nn.Conv1d, layers["att_0"]), cast(nn.Conv1d, layers["att_1"])
