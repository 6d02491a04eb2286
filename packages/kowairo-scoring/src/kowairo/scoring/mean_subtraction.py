"""Centring of embeddings on the mean of a training set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.backend import Backend


class MeanSubtraction(Backend):
    """Subtract the mean of the training utterances: ``y = x - mean(X)``.

    Attributes:
        mean_: (dim,) float64, plain mean over utterances (every utterance counts the same, so
            speakers with many lines count for more).
    """

    mean_: NDArray[np.float64]

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Store the mean of (n, dim) vectors; ``speakers`` is not used.

        Raises:
            InputError: There is no row.
        """
        matrix = as_matrix(vectors, name="vectors")
        if len(matrix) == 0:
            raise InputError("expected at least one embedding to take the mean of, got none")
        self.mean_ = matrix.mean(axis=0)
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Return (n, dim) vectors less the mean.

        Raises:
            InputError: Not fitted, or fitted on another dimension.
        """
        return as_matrix(vectors, name="vectors") - fitted_mean(self, np.shape(vectors)[-1])

    def save(self, folder: Path) -> None:
        """Write ``arrays.npz`` and ``config.json`` to ``folder``."""
        save_artefact(folder, kind="MeanSubtraction", config={}, arrays={"mean": self.mean_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """
        _, arrays = load_artefact(folder, kind="MeanSubtraction", names=("mean",))
        backend = cls()
        backend.mean_ = arrays["mean"]
        return backend


def fitted_mean(backend: Backend, dim: int) -> NDArray[np.float64]:
    """Return the ``mean_`` of a fitted back-end after checking its dimension."""
    mean: NDArray[np.float64] | None = getattr(backend, "mean_", None)
    if mean is None:
        raise InputError(f"expected a fitted {type(backend).__name__}; call fit or load first")
    if mean.shape != (dim,):
        raise InputError(f"expected embeddings of dimension {mean.size} as in training, got {dim}")
    return mean
