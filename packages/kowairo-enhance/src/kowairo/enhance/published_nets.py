"""The nets of Speaker Embedding Enhancement under the names it gives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kowairo.core import InputError
from kowairo.enhance.base import Enhancer
from kowairo.enhance.linear_nets import LinearNetV1, LinearNetV2, LinearNetV3, LinearNetV4

PUBLISHED_NETS: Mapping[str, type[LinearNetV1 | LinearNetV2 | LinearNetV3 | LinearNetV4]] = MappingProxyType(
    {
        "MyLinearNet": LinearNetV1,
        "MyLinearNetv2": LinearNetV2,
        "MyLinearNetv3": LinearNetV3,
        "MyLinearNetv4": LinearNetV4,
    }
)
"""By published name."""


def published_net(name: str, dim: int, *, activation: str = "ReLU") -> Enhancer:
    """Make a net by its published name.

    Args:
        name: A key of ``PUBLISHED_NETS``.
        dim: Dimension of the embeddings, there nOut.
        activation: "ReLU" or "ELU".

    Returns:
        The net, untrained.

    Raises:
        InputError: An unknown name or activation, or a dim below 1.

    Source: Dorika0203/proj_2022NC, 2022.
    """
    if name not in PUBLISHED_NETS:
        raise InputError(f"unknown model {name!r}; expected one of {', '.join(PUBLISHED_NETS)}")
    if activation not in ("ReLU", "ELU"):
        raise InputError(f"expected activation ReLU or ELU, got {activation!r}")
    return PUBLISHED_NETS[name](dim, activation="ELU" if activation == "ELU" else "ReLU")
