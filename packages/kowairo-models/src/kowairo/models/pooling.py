"""The contract of a pooling: frames in, one vector per utterance out."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from kowairo.core import InputError


class Pooling(nn.Module, ABC):
    """Turns the frames of each utterance into one vector of fixed length.

    All utterances of a batch are full: an encoder never pads (see Encoder). Sums over time are float32 also
    under autocast, since bfloat16 loses a variance that is small beside the squared mean.

    Subclasses implement `pool` and `output_dim`, and `min_frames` where one frame is not enough.

    Args:
        num_channels: channels of a frame.
    """

    def __init__(self, *, num_channels: int) -> None:
        super().__init__()
        if num_channels < 1:
            raise InputError(f"expected a positive num_channels, got {num_channels}")
        self.num_channels = num_channels

    @property
    @abstractmethod
    def output_dim(self) -> int:
        """Dimension of the vector."""

    @abstractmethod
    def pool(self, frames: torch.Tensor) -> torch.Tensor:
        """Vectors (batch, output_dim), float32, of float32 frames (batch, time, channels)."""

    @property
    def min_frames(self) -> int:
        """The least number of frames that `pool` accepts."""
        return 1

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Vectors of utterances of equal length.

        Args:
            frames: (batch, time, channels).

        Returns:
            (batch, output_dim), float32.

        Raises:
            InputError: frames are not (batch, time, num_channels), or fewer than `min_frames`.
        """
        if frames.ndim != 3 or frames.shape[2] != self.num_channels or frames.shape[1] < self.min_frames:
            raise InputError(
                f"expected frames (batch, time >= {self.min_frames}, {self.num_channels}), "
                f"got {tuple(frames.shape)}"
            )
        with torch.autocast(frames.device.type, enabled=False):
            return self.pool(frames.float())


def checked_pooling(pooling: Pooling, *, num_channels: int) -> Pooling:
    """The pooling, if it takes frames of so many channels.

    Args:
        pooling: as given by a user of an encoder.
        num_channels: channels of the frames that the encoder will pool.

    Raises:
        InputError: it takes another number of channels.
    """
    if pooling.num_channels != num_channels:
        raise InputError(
            f"this encoder pools frames of {num_channels} channels, the pooling takes "
            f"{pooling.num_channels}; give it num_channels={num_channels}"
        )
    return pooling
