"""The front end of WeSpeaker's encoders."""

from __future__ import annotations

from .front_end import FrontEnd
from .kaldi_fbank import KaldiFbank
from .mean_normalized import MeanNormalized


def wespeaker_fbank(*, num_mels: int = 80) -> FrontEnd:
    """Kaldi's filter bank with a Hamming window on samples in the int16 range, each utterance's mean removed.

    Args:
        num_mels: number of mel filters.

    Source: WeSpeaker (Wang and others, 2023), without the dither that it adds in training.
    """
    return MeanNormalized(front_end=KaldiFbank(num_mels=num_mels, window="hamming", scale=32768.0))
