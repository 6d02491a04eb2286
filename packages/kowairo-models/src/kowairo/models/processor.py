"""What the processor is good at."""

from __future__ import annotations

import torch


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 products are faster than float32 ones on a device, by what the processor says.

    Args:
        device: "cpu": true with AVX512-BF16 or AMX; "cuda": true where bfloat16 is not emulated.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    found = torch.cpu.get_capabilities()
    return bool(found.get("amx_bf16", False) or found.get("avx512_bf16", False))
