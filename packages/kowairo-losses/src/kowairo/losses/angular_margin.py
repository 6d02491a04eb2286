"""Cosines of angles that a margin makes larger or smaller, falling with the angle all the way."""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch

from kowairo.core import InputError

# Cosines are kept this far from +-1: d sin / d cos is unbounded there, and 1 - 1e-7 is the last float32 value
# below 1 that still gives a finite slope (about 2200).
_COSINE_MARGIN = 1e-7

MarginBranch = Literal["continuous", "classic", "easy"]


def cosine_with_margin(
    cosine: torch.Tensor, margin_rad: float, *, branch: MarginBranch = "continuous"
) -> torch.Tensor:
    """phi(theta) from cos theta: cos(theta + m) as long as theta + m <= pi.

    Beyond that cos(theta + m) would rise again, and `branch` says what takes its place:

    - "continuous": cos theta - 1 - cos(pi - m): continuous and falling, WeSpeaker's choice;
    - "classic": cos theta - m sin(pi - m), the choice of ArcFace's code and SpeechBrain: falls on both sides,
      with a small jump at the switch;
    - "easy": the margin applies only to cos theta > 0, else cos theta (easy margin).

    Args:
        cosine: any shape, float32, cosines of target angles.
        margin_rad: margin m in radians.
        branch: which of the three.

    Returns:
        Same shape.

    Source: Deng, Guo, Xue and Zafeiriou (2019), eq. 3.
    """
    cosine, sine = _cosine_and_sine(cosine)
    phi = cosine * math.cos(margin_rad) - sine * math.sin(margin_rad)
    switch = math.cos(math.pi - margin_rad)
    if branch == "easy":
        return torch.where(cosine > 0.0, phi, cosine)
    if branch == "classic":
        return torch.where(cosine > switch, phi, cosine - margin_rad * math.sin(math.pi - margin_rad))
    return torch.where(cosine > switch, phi, cosine - 1.0 - switch)


def cosine_of_smaller_angle(cosine: torch.Tensor, margin_rad: float) -> torch.Tensor:
    """cos(theta - m) for theta >= m, and cos theta + 1 - cos m below.

    Used on classes that are not the target, to make them look closer. cos(theta - m) alone would fall again
    as theta goes from m to 0, and reward the worst confusions; the second branch is ours, continuous.

    Args:
        cosine: any shape, float32.
        margin_rad: margin m in radians.

    Returns:
        Same shape.

    Source: Zhao and others (2021), the inter-top-K penalty.
    """
    cosine, sine = _cosine_and_sine(cosine)
    nearer = cosine * math.cos(margin_rad) + sine * math.sin(margin_rad)
    switch = math.cos(margin_rad)
    return torch.where(cosine < switch, nearer, cosine + 1.0 - switch)


def check_margin(margin_rad: float) -> float:
    """The margin itself.

    Raises:
        InputError: not in 0..pi/2.
    """
    if not 0.0 <= margin_rad <= math.pi / 2:
        raise InputError(f"expected margin_rad in 0..pi/2 radians, got {margin_rad}; is it in degrees?")
    return margin_rad


def check_branch(branch: MarginBranch) -> MarginBranch:
    """The branch itself.

    Raises:
        InputError: none of the three.
    """
    if branch not in get_args(MarginBranch):
        raise InputError(f"expected branch one of {get_args(MarginBranch)}, got {branch!r}")
    return branch


def _cosine_and_sine(cosine: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    cosine = cosine.clamp(-1.0 + _COSINE_MARGIN, 1.0 - _COSINE_MARGIN)
    return cosine, (1.0 - cosine.square()).sqrt()
