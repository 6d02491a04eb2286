"""The contract of an encoder: waveforms in, one embedding per utterance out."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import torch
from torch import nn

from kowairo.core import InputError

from .front_end import FrontEnd
from .power_spectrum import with_convolutions

_CONSTANT_SPREAD = 1e-6


class Encoder(nn.Module, ABC):
    """Waveforms to speaker embeddings.

    An embedding depends on its own utterance alone: x by itself gives the embedding that x gives in any batch
    (cosine >= 0.9999). Utterances of unequal length are therefore never padded: they are grouped by length
    and each group is computed at its true length. Padding with masks is not the same thing under GroupNorm,
    whose sums see the pad frames, nor with reflected edges, which would be reflected at the wrong place.

    An utterance shorter than `min_samples` is repeated from its start until it has `min_samples` samples.

    An utterance whose features do not change over time (digital silence, a constant) has an embedding and no
    gradient. It says nothing about a speaker, and a norm over values without variance has a slope of 1 /
    sqrt(eps), 316 for the usual 1e-5: a chain of twenty would turn one silent crop into gradients of 1e30.

    Subclasses implement `embedding_dim` and `embed_features`, and `min_frames` where one frame is not enough.

    Args:
        front_end: waveforms to features; its sample rate is the encoder's.
    """

    front_end: FrontEnd
    _products: torch.dtype = torch.float32

    def __init__(self, *, front_end: FrontEnd) -> None:
        super().__init__()
        self.front_end = front_end

    @property
    @abstractmethod
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""

    @abstractmethod
    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings of utterances of equal length.

        Args:
            features: (batch, frames, features), from `front_end`.

        Returns:
            (batch, dim), not L2-normalised.
        """

    @property
    def suits_bf16(self) -> bool:
        """Whether bfloat16 products are worth a look where the processor has them.

        False where they save nothing or too little; they can be asked for all the same.
        """
        return False

    @property
    def min_frames(self) -> int:
        """The least number of frames that `embed_features` accepts."""
        return 1

    @property
    def min_samples(self) -> int:
        """The least number of samples computed as they are; shorter utterances are repeated up to it."""
        return self.front_end.min_samples(self.min_frames)

    @property
    def sample_rate_hz(self) -> int:
        """Sample rate of the waveforms, in Hz."""
        return self.front_end.sample_rate_hz

    def forward(self, waveforms: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Embeddings of a batch of utterances.

        Args:
            waveforms: (batch, samples), floating point in [-1, 1], 16 kHz; what lies beyond a row's length is
                ignored.
            lengths: (batch,), int64, samples of each utterance; None when all rows are full.

        Returns:
            (batch, dim), not L2-normalised, in the order of the rows.

        Raises:
            InputError: waveforms are not (batch, samples) floating point, or a length is outside 1..samples.
        """
        _check_waveforms(waveforms)
        if lengths is None:
            return self._embed_equal(waveforms)
        sizes = _checked_lengths(lengths, waveforms)
        groups = [
            [row for row, size in enumerate(sizes) if size == group_size] for group_size in sorted(set(sizes))
        ]
        embeddings = [self._embed_equal(waveforms[rows, : sizes[rows[0]]]) for rows in groups]
        order = torch.tensor([row for rows in groups for row in rows], device=waveforms.device)
        return torch.cat(embeddings).index_select(0, torch.argsort(order))

    def embed_many(self, waveforms: Sequence[torch.Tensor]) -> torch.Tensor:
        """Embeddings of utterances of any lengths, each as if it were alone.

        Here one after the other. A subclass may compute them together where that is faster.

        Args:
            waveforms: (samples,) each, floating point in [-1, 1]; at least one.

        Returns:
            (utterances, dim), not L2-normalised.
        """
        return torch.cat([self(waveform[None]) for waveform in waveforms])

    def for_inference(self, dtype: torch.dtype) -> Encoder:
        """An encoder of the same embeddings that is made ready for many utterances on this device.

        Here: this encoder, with autocast for types other than float32. A subclass with a faster computation
        gives that. Weights that change later are not followed.

        Args:
            dtype: type of the matrix products; torch.float32 gives the embeddings up to rounding.
        """
        prepared = copy.copy(self)
        prepared._products = dtype
        return prepared

    def for_export(self) -> Self:
        """A copy of plain operations that a tracer can follow, with the same embeddings.

        Here: Fourier transforms become convolutions. A subclass with operations of its own replaces them too.
        """
        return with_convolutions(copy.deepcopy(self))

    def _long_enough(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Utterances (batch, samples) repeated up to `min_samples`."""
        if waveforms.shape[1] >= self.min_samples:
            return waveforms
        repeats = -(-self.min_samples // waveforms.shape[1])
        return waveforms.repeat(1, repeats)[:, : self.min_samples]

    def _embed_equal(self, waveforms: torch.Tensor) -> torch.Tensor:
        features = self.front_end(self._long_enough(waveforms))
        if self._products == torch.float32:
            return without_gradients_of_constants(self.embed_features(features), features)
        with torch.autocast(features.device.type, dtype=self._products):
            return self.embed_features(features).float()


def without_gradients_of_constants(embeddings: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """The embeddings; no gradient passes to those whose features do not change.

    Digital silence has equal frames: variances of 0, whose gradients are of any size.

    Args:
        embeddings: (batch, dim).
        features: (batch, frames, features) that they were made of, as the front end gave them.

    Returns:
        (batch, dim), the same values.
    """
    if not embeddings.requires_grad:
        return embeddings
    least, most = torch.aminmax(features.detach(), dim=1)
    # Equal frames may differ in the last digit: a transform of many frames rounds them differently.
    largest = torch.maximum(most.abs(), least.abs()).amax(dim=1)
    constant = (most - least).amax(dim=1) <= _CONSTANT_SPREAD * largest
    return torch.where(constant.unsqueeze(1), embeddings.detach(), embeddings)


def _check_waveforms(waveforms: torch.Tensor) -> None:
    if waveforms.ndim != 2 or waveforms.numel() == 0 or not waveforms.is_floating_point():
        raise InputError(
            "expected floating point waveforms (batch, samples), "
            f"got {tuple(waveforms.shape)} of {waveforms.dtype}; "
            "divide int16 samples by 32768, and add a batch dimension to a single utterance"
        )


def _checked_lengths(lengths: torch.Tensor, waveforms: torch.Tensor) -> list[int]:
    sizes = [int(length) for length in lengths.tolist()]
    if len(sizes) != waveforms.shape[0] or min(sizes) < 1 or max(sizes) > waveforms.shape[1]:
        raise InputError(
            f"expected {waveforms.shape[0]} lengths in 1..{waveforms.shape[1]} samples, got {sizes[:8]} "
            f"({len(sizes)} of them); lengths are in samples, not fractions"
        )
    return sizes
