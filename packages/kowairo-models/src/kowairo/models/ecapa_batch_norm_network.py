"""ECAPA-TDNN with BatchNorm, on SpeechBrain's keys; tensors are channels first, (batch, channels, time)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import nn

from .attentive_statistics_pooling import with_global_context
from .statistics_pooling import weighted_statistics


@dataclass(frozen=True)
class EcapaForm:
    """Where implementations of ECAPA-TDNN differ."""

    padding_mode: Literal["reflect", "zeros"]
    """How convolutions continue the frames at the edges."""
    aggregation_norm: Literal["batch", "none"]
    """What follows the ReLU of the aggregation layer."""
    attention_norm: Literal["relu-batch", "none"]
    """What stands between the attention's first layer and its tanh."""
    correction: int
    """1 divides the deviation that the attention sees by one frame less than there are, 0 by their number."""
    variance_offset: float
    """Added to the variance that the attention sees."""
    least_variance: float
    """Pooled variances below it count as this."""


class Convolution(nn.Module):
    """A convolution over time under the key `conv`, as many frames out as in."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        form: EcapaForm,
        kernel_size: int = 1,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            in_channels,
            out_channels,
            kernel_size,
            dilation=dilation,
            padding=dilation * (kernel_size - 1) // 2,
            # A kernel of one frame has no edges, and reflecting none of them would still copy the input.
            padding_mode=form.padding_mode if kernel_size > 1 else "zeros",
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, out_channels, time)."""
        out: torch.Tensor = self.conv(x)
        return out


class Norm(nn.Module):
    """BatchNorm under the key `norm`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised x, of its shape."""
        out: torch.Tensor = self.norm(x)
        return out


class Tdnn(nn.Module):
    """Convolution, ReLU and norm: keys `conv`, `norm`. Without norm: convolution and ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        form: EcapaForm,
        kernel_size: int = 1,
        dilation: int = 1,
        norm: Literal["batch", "none"] = "batch",
    ) -> None:
        super().__init__()
        self.conv = Convolution(
            in_channels, out_channels, form=form, kernel_size=kernel_size, dilation=dilation
        )
        self.norm = Norm(out_channels) if norm == "batch" else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, out_channels, time)."""
        out: torch.Tensor = self.norm(F.relu(self.conv(x)))
        return out


class Res2Net(nn.Module):
    """Parts of the channels, each of which sees the part before: y_0 = x_0, y_i = tdnn_i(x_i + y_{i-1})."""

    def __init__(
        self, channels: int, *, form: EcapaForm, scale: int, kernel_size: int, dilation: int
    ) -> None:
        super().__init__()
        width = channels // scale
        self.scale = scale
        self.blocks = nn.ModuleList(
            Tdnn(width, width, form=form, kernel_size=kernel_size, dilation=dilation)
            for _ in range(scale - 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to the same shape."""
        parts = list(x.chunk(self.scale, dim=1))
        for i, block in enumerate(self.blocks, start=1):
            parts[i] = block(parts[i] if i == 1 else parts[i] + parts[i - 1])
        return torch.cat(parts, dim=1)


class SqueezeExcite(nn.Module):
    """Gates of the channels from their means over time: keys `conv1`, `conv2`."""

    def __init__(self, channels: int, *, form: EcapaForm, se_channels: int) -> None:
        super().__init__()
        self.conv1 = Convolution(channels, se_channels, form=form)
        self.conv2 = Convolution(se_channels, channels, form=form)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to the same shape."""
        squeezed = F.relu(self.conv1(x.mean(dim=2, keepdim=True)))
        return x * torch.sigmoid(self.conv2(squeezed))


class SeRes2Net(nn.Module):
    """x + gates(tdnn(res2net(tdnn(x)))): keys `tdnn1`, `res2net_block`, `tdnn2`, `se_block`, `shortcut`."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        form: EcapaForm,
        kernel_size: int,
        dilation: int,
        scale: int,
        se_channels: int,
    ) -> None:
        super().__init__()
        self.tdnn1 = Tdnn(in_channels, channels, form=form)
        self.res2net_block = Res2Net(
            channels, form=form, scale=scale, kernel_size=kernel_size, dilation=dilation
        )
        self.tdnn2 = Tdnn(channels, channels, form=form)
        self.se_block = SqueezeExcite(channels, form=form, se_channels=se_channels)
        self.shortcut = Convolution(in_channels, channels, form=form) if in_channels != channels else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, channels, time)."""
        shortcut = x if self.shortcut is None else self.shortcut(x)
        out: torch.Tensor = shortcut + self.se_block(self.tdnn2(self.res2net_block(self.tdnn1(x))))
        return out


class EcapaPooling(nn.Module):
    """Attentive statistics with global context: keys `tdnn`, `conv`."""

    def __init__(self, channels: int, *, form: EcapaForm, attention_channels: int) -> None:
        super().__init__()
        self.form = form
        if form.attention_norm == "relu-batch":
            self.tdnn: nn.Module = Tdnn(3 * channels, attention_channels, form=form)
        else:
            self.tdnn = nn.Sequential()
            self.tdnn.add_module("conv", Convolution(3 * channels, attention_channels, form=form))
        self.conv = Convolution(attention_channels, channels, form=form)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to float32 (batch, 2 * channels), means then deviations."""
        frames = x.float().transpose(1, 2)
        seen = with_global_context(
            frames, correction=self.form.correction, variance_offset=self.form.variance_offset
        )
        logits = self.conv(self.tdnn(seen.transpose(1, 2)).tanh())
        return weighted_statistics(
            frames, logits.float().transpose(1, 2), least_variance=self.form.least_variance
        )


class EcapaBatchNormNetwork(nn.Module):
    """All of ECAPA-TDNN: `blocks.{i}`, `mfa`, `asp`, `asp_bn`, `fc`; arguments as of EcapaBatchNorm."""

    def __init__(
        self,
        *,
        num_features: int,
        form: EcapaForm,
        channels: Sequence[int],
        kernel_sizes: Sequence[int],
        dilations: Sequence[int],
        attention_channels: int,
        res2net_scale: int,
        se_channels: int,
        embedding_dim: int,
    ) -> None:
        super().__init__()
        first = Tdnn(num_features, channels[0], form=form, kernel_size=kernel_sizes[0], dilation=dilations[0])
        inner = (
            SeRes2Net(
                channels[i - 1],
                channels[i],
                form=form,
                kernel_size=kernel_sizes[i],
                dilation=dilations[i],
                scale=res2net_scale,
                se_channels=se_channels,
            )
            for i in range(1, len(channels) - 1)
        )
        self.blocks = nn.ModuleList([first, *inner])
        self.mfa = Tdnn(
            sum(channels[1:-1]),
            channels[-1],
            form=form,
            kernel_size=kernel_sizes[-1],
            dilation=dilations[-1],
            norm=form.aggregation_norm,
        )
        self.asp = EcapaPooling(channels[-1], form=form, attention_channels=attention_channels)
        self.asp_bn = Norm(2 * channels[-1])
        self.fc = Convolution(2 * channels[-1], embedding_dim, form=form)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, time, features) to (batch, embedding_dim), float32."""
        x = self.blocks[0](features.transpose(1, 2))
        outputs = []
        for block in self.blocks[1:]:
            x = block(x)
            outputs.append(x)
        pooled = self.asp(self.mfa(torch.cat(outputs, dim=1)))
        with torch.autocast(features.device.type, enabled=False):
            embeddings: torch.Tensor = self.fc(self.asp_bn(pooled).unsqueeze(2)).squeeze(2)
        return embeddings
