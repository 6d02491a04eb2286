"""How large and how costly an encoder is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .encoder import Encoder


@dataclass(frozen=True)
class Complexity:
    """Size and cost of an encoder; see `measure_complexity`."""

    parameters: int
    multiply_adds: int
    num_frames: int


def measure_complexity(encoder: Encoder, *, num_frames: int = 200) -> Complexity:
    """Counts parameters, and the multiply-adds of one crop.

    Multiply-adds are those of convolutions and matrix products (half of what torch's counter calls flops),
    attention included; norms, activations, pooling and the front end are not counted. 200 frames are 2 s at
    the usual 10 ms, the crop that WeSpeaker's tables count.

    Args:
        encoder: counted in evaluation mode; its mode is restored.
        num_frames: feature frames of the crop.

    Returns:
        The counts.
    """
    parameters = list(encoder.parameters())
    features = torch.zeros(1, num_frames, encoder.front_end.num_features)
    if parameters:
        features = features.to(parameters[0].device)
    training = encoder.training
    encoder.eval()
    # The counter does not know the fused attention of CPUs; the plain one is two matrix products.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        encoder.embed_features(features)
    encoder.train(training)
    return Complexity(
        parameters=sum(parameter.numel() for parameter in parameters),
        multiply_adds=counter.get_total_flops() // 2,
        num_frames=num_frames,
    )
