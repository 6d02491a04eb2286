"""Which number format the encoder computes in during training."""

from typing import Literal

import torch

from kowairo.core import InputError
from kowairo.models.processor import has_fast_bf16

PrecisionName = Literal["auto", "fp32", "bf16"]


def resolve_precision(precision: PrecisionName, device: torch.device) -> torch.dtype:
    """Number format of the encoder's matrix products.

    "auto" follows what the processor is, never a timing, so that a run that continues after a kill takes the
    same format: bf16 on GPUs that have it and on CPUs with bf16 instructions (AVX512-BF16, AMX), where a
    training step takes about half the time (benchmarks/results/training_step.md); fp32 elsewhere.

    Args:
        precision: "auto", "fp32" or "bf16".
        device: where the encoder runs.

    Returns:
        torch.float32 or torch.bfloat16.

    Raises:
        InputError: if the name is unknown.
    """
    if precision == "fp32":
        return torch.float32
    if precision == "bf16":
        return torch.bfloat16
    if precision != "auto":
        raise InputError(f"precision is auto, fp32 or bf16, got {precision!r}")
    return torch.bfloat16 if has_fast_bf16(device) else torch.float32
