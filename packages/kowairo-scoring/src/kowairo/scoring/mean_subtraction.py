"""Centring of embeddings on the mean of a training set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring._checks import as_matrix
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.covariance import as_training


class MeanSubtraction(AffineBackend):
    """Subtract the mean of the training utterances: ``y = x - mean(X)``.

    Attributes:
        mean_: (dim,) float64, plain mean over utterances (every utterance counts the same, so
            speakers with many lines count for more).
    """

    learned = ("mean_",)
    mean_: NDArray[np.float64]

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Store the mean of (n, dim) vectors; ``speakers`` is not used.

        Raises:
            InputError: There is no row.
        """
        self.mean_ = as_training(vectors).mean(axis=0)
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Return (n, dim) vectors less the mean (without the product that ``affine`` would take).

        Raises:
            InputError: Not fitted, or fitted on another dimension.
        """
        matrix = as_matrix(vectors, name="vectors")
        return matrix - fitted(self, "mean_", dim=matrix.shape[1])

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the identity (dim, dim) and ``-mean`` (dim,).

        Raises:
            InputError: Not fitted.
        """
        mean = fitted(self, "mean_")
        return np.eye(len(mean)), -mean
