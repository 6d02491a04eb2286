"""A correction of the embedding that starts at nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import torch
from torch import nn

from kowairo.core import InputError
from kowairo.enhance.base import Enhancer

ResidualActivation = Literal["GELU", "ELU", "ReLU"]

_ACTIVATIONS: Mapping[str, type[nn.Module]] = {"GELU": nn.GELU, "ELU": nn.ELU, "ReLU": nn.ReLU}


class ResidualMLP(Enhancer):
    """``y = x + f(x)`` with f a multi-layer perceptron whose last layer starts at zero.

    The untrained net is the identity: a training that is stopped early has changed little, and the output is
    not bound to the range of an activation.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        hidden_dim: Units of a hidden layer; None takes 2 D.
        num_layers: Hidden layers.
        activation: "GELU", "ELU" or "ReLU", after the hidden layers.
        dropout: Probability of zeroing a hidden value, in [0, 1).

    Raises:
        InputError: A value is out of range or a name is unknown.

    Source: K. He and others, 2016 (residual connections); H. Zhang, Y. Dauphin and T. Ma, 2019 (last layer of
    a branch at zero).
    """

    def __init__(
        self,
        dim: int,
        *,
        hidden_dim: int | None = None,
        num_layers: int = 2,
        activation: ResidualActivation = "GELU",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        width = 2 * dim if hidden_dim is None else hidden_dim
        if min(dim, width, num_layers) < 1 or not 0.0 <= dropout < 1.0:
            raise InputError(
                "expected a positive dim, hidden_dim and num_layers and a dropout in [0, 1), "
                f"got {dim}, {width}, {num_layers} and {dropout}"
            )
        if activation not in get_args(ResidualActivation):
            raise InputError(f"expected activation GELU, ELU or ReLU, got {activation!r}")
        self.dim, self.hidden_dim, self.num_layers = dim, width, num_layers
        self.activation, self.dropout = activation, dropout
        layers: list[nn.Module] = []
        for number in range(num_layers):
            layers += [nn.Linear(width if number else dim, width), _ACTIVATIONS[activation]()]
            layers += [nn.Dropout(dropout)] if dropout else []
        self.hidden = nn.Sequential(*layers)
        self.last = nn.Linear(width, dim)
        self._silence()

    def reset_parameters(self) -> None:
        """Draw the hidden layers again, and set the last one to zero."""
        super().reset_parameters()
        self._silence()

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim)."""
        if embeddings.ndim != 2 or embeddings.shape[1] != self.dim:
            raise InputError(f"expected embeddings (batch, {self.dim}), got {tuple(embeddings.shape)}")
        correction: torch.Tensor = self.last(self.hidden(embeddings))
        return embeddings + correction

    def _silence(self) -> None:
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
