"""The four linear nets of Speaker Embedding Enhancement: linear layers, an activation after every one.

Source: Dorika0203/proj_2022NC, 2022, described in our words; that code is not used. With width D = ``dim``:

| net | widths after the input | dropout after layers | parameters at D = 512 |
| --- | --- | --- | --- |
| V1 | 2D 4D 4D 2D D | 2, 3, 4 | 9,443,840 |
| V2 | 2D 4D 4D 2D D | none | 9,443,840 |
| V3 | 2D 2D D | 2 | 2,099,712 |
| V4 | 2D 2D 4D 4D 2D 2D D | none | 11,543,040 |

The activation follows the last layer too, as published: with ReLU an output is never negative. None of
them has a residual path or starts as the identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import nn

from kowairo.core import InputError
from kowairo.enhance.base import Enhancer

Activation = Literal["ReLU", "ELU"]
"""One activation for all layers."""

DropoutUnit = Literal["row", "element"]
"""What dropout zeroes: whole embeddings of the batch, or single values."""

_ACTIVATIONS: Mapping[str, type[nn.Module]] = {"ReLU": nn.ReLU, "ELU": nn.ELU}
_DROPOUTS: Mapping[str, type[nn.Module]] = {"row": nn.Dropout1d, "element": nn.Dropout}


class LinearNetV1(Enhancer):
    """Five layers, D 2D 4D 4D 2D D, with dropout after layers 2, 3 and 4.

    The published code applies ``torch.nn.Dropout1d`` to (batch, dim), which torch reads as (channel,
    length): it zeroes whole rows, so that an embedding loses everything that came before. That is
    ``dropout_unit="row"``, the default; "element" is the usual dropout.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        activation: "ReLU" or "ELU".
        dropout: Probability of zeroing, in [0, 1).
        dropout_unit: "row" (as published) or "element".

    Raises:
        InputError: A value is out of range or a name is unknown.
    """

    def __init__(
        self,
        dim: int,
        *,
        activation: Activation = "ReLU",
        dropout: float = 0.2,
        dropout_unit: DropoutUnit = "row",
    ) -> None:
        super().__init__()
        self.dim, self.activation = dim, activation
        self.dropout, self.dropout_unit = dropout, dropout_unit
        noise = _dropout(dropout, dropout_unit)
        self.layers = _stack(dim, (2, 4, 4, 2, 1), activation, noise={2: noise, 3: noise, 4: noise})

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim)."""
        return _run(self.layers, embeddings, self.dim)


class LinearNetV2(Enhancer):
    """Five layers, D 2D 4D 4D 2D D, without dropout.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        activation: "ReLU" or "ELU".

    Raises:
        InputError: A value is out of range or a name is unknown.
    """

    def __init__(self, dim: int, *, activation: Activation = "ReLU") -> None:
        super().__init__()
        self.dim, self.activation = dim, activation
        self.layers = _stack(dim, (2, 4, 4, 2, 1), activation)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim)."""
        return _run(self.layers, embeddings, self.dim)


class LinearNetV3(Enhancer):
    """Three layers, D 2D 2D D, with dropout after layer 2 (see ``LinearNetV1`` for what it zeroes).

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        activation: "ReLU" or "ELU".
        dropout: Probability of zeroing, in [0, 1).
        dropout_unit: "row" (as published) or "element".

    Raises:
        InputError: A value is out of range or a name is unknown.
    """

    def __init__(
        self,
        dim: int,
        *,
        activation: Activation = "ReLU",
        dropout: float = 0.2,
        dropout_unit: DropoutUnit = "row",
    ) -> None:
        super().__init__()
        self.dim, self.activation = dim, activation
        self.dropout, self.dropout_unit = dropout, dropout_unit
        self.layers = _stack(dim, (2, 2, 1), activation, noise={2: _dropout(dropout, dropout_unit)})

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim)."""
        return _run(self.layers, embeddings, self.dim)


class LinearNetV4(Enhancer):
    """Seven layers, D 2D 2D 4D 4D 2D 2D D, without dropout.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        activation: "ReLU" or "ELU".

    Raises:
        InputError: A value is out of range or a name is unknown.
    """

    def __init__(self, dim: int, *, activation: Activation = "ReLU") -> None:
        super().__init__()
        self.dim, self.activation = dim, activation
        self.layers = _stack(dim, (2, 2, 4, 4, 2, 2, 1), activation)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim)."""
        return _run(self.layers, embeddings, self.dim)


def _stack(
    dim: int,
    multiples: Sequence[int],
    activation: str,
    *,
    noise: Mapping[int, nn.Module] | None = None,
) -> nn.Sequential:
    """Linear layers of ``multiples`` x dim units, each followed by the activation and its noise, if any."""
    if dim < 1:
        raise InputError(f"expected a dim of 1 or more, got {dim}")
    if activation not in _ACTIVATIONS:
        raise InputError(f"expected activation {' or '.join(_ACTIVATIONS)}, got {activation!r}")
    layers: list[nn.Module] = []
    width = dim
    for number, multiple in enumerate(multiples, start=1):
        layers += [nn.Linear(width, multiple * dim), _ACTIVATIONS[activation]()]
        layers += [noise[number]] if noise and number in noise else []
        width = multiple * dim
    return nn.Sequential(*layers)


def _dropout(probability: float, unit: str) -> nn.Module:
    """Make the dropout of a name."""
    if not 0.0 <= probability < 1.0:
        raise InputError(f"expected dropout in [0, 1), got {probability}")
    if unit not in _DROPOUTS:
        raise InputError(f"expected dropout_unit {' or '.join(_DROPOUTS)}, got {unit!r}")
    return _DROPOUTS[unit](probability)


def _run(layers: nn.Sequential, embeddings: torch.Tensor, dim: int) -> torch.Tensor:
    """Check the shape and run the layers."""
    if embeddings.ndim != 2 or embeddings.shape[1] != dim:
        raise InputError(f"expected embeddings (batch, {dim}), got {tuple(embeddings.shape)}")
    output: torch.Tensor = layers(embeddings)
    return output
