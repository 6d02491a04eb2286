"""Whether an exported file gives the embeddings of its encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from kowairo.core import KowairoError

from .encoder import Encoder

MAX_DEVIATION = 1e-4
"""Largest |cosine - 1| between an encoder and its file."""

_CHECKED_LENGTHS = 20
_BATCHES = (1, 3)
_LONGEST_SAMPLES = 96000


class ExportMismatchError(KowairoError):
    """An exported file does not give the encoder's embeddings."""


def check_export(encoder: Encoder, embed: Callable[[torch.Tensor], torch.Tensor], *, path: Path) -> float:
    """Compares an exported network with its encoder, over 20 lengths in batches of one and of three.

    Lengths go from the encoder's shortest to 6 s. Waveforms are seeded noise in syllables of changing colour,
    pace and level; some exceed 1, so that a peak rule is exercised.

    Args:
        encoder: the reference, left in its mode.
        embed: the exported network, (batch, samples) to (batch, dim).
        path: name of the file, for the message.

    Returns:
        The least cosine.

    Raises:
        ExportMismatchError: a cosine differs from 1 by more than 1e-4, or is not a number.
    """
    training = encoder.training
    encoder.eval()
    cosines = []
    for waveforms in _batches(encoder):
        with torch.no_grad():
            expected = encoder(waveforms).double()
        cosines.append(torch.cosine_similarity(expected, embed(waveforms).double(), dim=1))
    encoder.train(training)
    found = torch.cat(cosines)
    largest = float((found - 1.0).abs().max())  # not a number if one of them is none
    if not largest <= MAX_DEVIATION:
        raise ExportMismatchError(
            f"{path}: the exported network agrees with the encoder only to |cosine - 1| = {largest:.6f}, "
            f"{MAX_DEVIATION} at most is wanted; nothing was written"
        )
    return float(found.min())


def _batches(encoder: Encoder) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shortest = encoder.min_samples
    steps = torch.linspace(0.0, 1.0, _CHECKED_LENGTHS, dtype=torch.float64)
    lengths = [
        round(shortest * (max(_LONGEST_SAMPLES, shortest) / shortest) ** step.item()) for step in steps
    ]
    return [
        torch.cat([_waveform(number + row, length, generator) for row in range(batch)])
        for batch in _BATCHES
        for number, length in enumerate(lengths)
    ]


def _waveform(number: int, length: int, generator: torch.Generator) -> torch.Tensor:
    noise = torch.randn(1, length, generator=generator)
    # Syllables: features that do not change would leave a norm nothing but rounding to normalise.
    syllables = 0.02 + torch.sin(torch.arange(length) / (300.0 + 100.0 * (number % 7))).square()
    return (0.05, 0.2, 0.8)[number % 3] * syllables * (noise + (number % 5) * noise.roll(1, dims=1))
