"""Where an encoder computes when it embeds, and in which number format."""

import logging
from typing import Literal

import torch

from kowairo.core import InputError
from kowairo.models import Encoder
from kowairo.models.processor import has_fast_bf16

from .embed_file import device_of
from .probe_voices import probe_voices

_log = logging.getLogger(__name__)

InferencePrecision = Literal["fp32", "bf16"]
PrecisionChoice = Literal["auto", "fp32", "bf16"]
DeviceChoice = Literal["auto", "cpu", "cuda"]

LEAST_CENTRED_COSINE = 0.999
"""What bf16 has to reach to be taken without being asked for."""

_DTYPES: dict[InferencePrecision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}


def choose_precision(encoder: Encoder, choice: PrecisionChoice) -> InferencePrecision:
    """The number format that a choice means for an encoder on its device.

    "auto" is bf16 where three things hold: the processor multiplies it faster, the encoder's layers are wide
    enough to gain by it, and its embeddings of made voices agree with those of fp32 to a cosine of at least
    0.999 after the mean embedding is subtracted. That is much stricter than the plain cosine, which the
    embeddings' common part holds near 1. Else it is fp32. The same processor and encoder get the same answer.

    Args:
        encoder: in evaluation mode.
        choice: "auto", "fp32" or "bf16".

    Raises:
        InputError: another word.
    """
    if choice in _DTYPES:
        return choice
    if choice != "auto":
        raise InputError(f"precision is auto, fp32 or bf16, got {choice!r}")
    if not encoder.suits_bf16 or not has_fast_bf16(device_of(encoder)):
        return "fp32"
    least = least_centred_cosine(encoder)
    chosen: InferencePrecision = "bf16" if least >= LEAST_CENTRED_COSINE else "fp32"
    _log.info("%s: bf16 agrees with fp32 to a centred cosine of %.6f on made voices", chosen, least)
    return chosen


def choose_device(name: DeviceChoice) -> torch.device:
    """The device that a word means: "auto" is a GPU if there is one.

    Args:
        name: "auto", "cpu" or "cuda".

    Raises:
        InputError: there is no GPU, or another word.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device is auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("torch finds no GPU; use the device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def prepare_encoder(encoder: Encoder, precision: InferencePrecision) -> Encoder:
    """An encoder of the same embeddings, made ready for many utterances on its device.

    Args:
        encoder: in evaluation mode; left as it is.
        precision: number format of the products.
    """
    return encoder.for_inference(_DTYPES[precision])


def least_centred_cosine(encoder: Encoder) -> float:
    """The least cosine between bf16 and fp32 embeddings of made voices, both less the mean fp32 embedding."""
    waveforms = [voice.to(device_of(encoder)) for voice in probe_voices()]
    with torch.inference_mode():
        expected = prepare_encoder(encoder, "fp32").embed_many(waveforms).double()
        actual = prepare_encoder(encoder, "bf16").embed_many(waveforms).double()
    mean = expected.mean(dim=0)
    return float(torch.cosine_similarity(actual - mean, expected - mean, dim=1).min())
