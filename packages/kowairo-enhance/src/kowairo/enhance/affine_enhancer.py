"""Closed forms as enhancers: whitening, LDA, WCCN, CORAL, mean subtraction, within-class shrinkage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.enhance.base import Enhancer
from kowairo.scoring import AffineBackend, Backend, Chain, length_normalize


class AffineEnhancer(Enhancer):
    """``y = A x + b``, fitted and not trained; it starts as the identity, as far as dimensions allow.

    Args:
        input_dim: Dimension of the embeddings going in.
        output_dim: Dimension of those coming out.

    Raises:
        InputError: A dimension is below 1.
    """

    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, input_dim: int, output_dim: int) -> None:
        super().__init__()
        if input_dim < 1 or output_dim < 1:
            raise InputError(f"expected dimensions of 1 or more, got {input_dim} and {output_dim}")
        self.register_buffer("weight", torch.eye(output_dim, input_dim))
        self.register_buffer("bias", torch.zeros(output_dim))

    @property
    def input_dim(self) -> int:
        """Columns of A."""
        return int(self.weight.shape[1])

    @property
    def output_dim(self) -> int:
        """Rows of A."""
        return int(self.weight.shape[0])

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, input_dim) to (batch, output_dim)."""
        if embeddings.ndim != 2 or embeddings.shape[1] != self.input_dim:
            raise InputError(f"expected embeddings (batch, {self.input_dim}), got {tuple(embeddings.shape)}")
        return torch.nn.functional.linear(embeddings, self.weight, self.bias)


def fit_affine_enhancer(backend: Backend, vectors: ArrayLike, speakers: Sequence[str]) -> AffineEnhancer:
    """Fit a closed form on unit-length embeddings, as enhancers get them.

    Args:
        backend: An affine back-end, or a chain of such; it is fitted in place. ``CORAL`` maps towards its
            ``target``, which should be of unit length too.
        vectors: (n, dim), scaled to unit length here.
        speakers: (n,) speaker of each.

    Returns:
        The enhancer, in float32.

    Raises:
        InputError: The back-end is no affine map, or cannot be fitted.
    """
    if not isinstance(backend, AffineBackend | Chain):
        raise InputError(f"{type(backend).__name__} is no affine map; expected LDA, WCCN, Whitening ...")
    matrix, offset = backend.fit(length_normalize(vectors), speakers).affine()
    enhancer = AffineEnhancer(matrix.shape[1], matrix.shape[0])
    enhancer.weight.copy_(torch.from_numpy(np.ascontiguousarray(matrix)))
    enhancer.bias.copy_(torch.from_numpy(np.ascontiguousarray(offset)))
    return enhancer.eval()
