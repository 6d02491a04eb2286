"""Where the embeddings of an encoder's training lie, to tell recordings that are unlike them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError, atomic_path

STATISTICS_NAME = "embedding_statistics.npz"
"""Name of the file in a checkpoint folder."""
_SHRINKAGE = 0.1
_FEWEST_ROWS = 20
_LIMIT_PERCENTILE = 99.0


@dataclass(frozen=True, eq=False)
class EmbeddingStatistics:
    """Centre, spread and usual distances of unit-length embeddings.

    `d(x) = |W (x / |x| - mean)| / sqrt(D)`: Mahalanobis' distance over that of a typical line, so typical
    lines are near 1. W is the inverse root of the covariance, shrunk by a tenth towards a multiple of the
    identity: a few thousand lines do not fill all directions.
    """

    mean: NDArray[np.float64]
    """(dim,) of the unit-length embeddings."""
    whitening: NDArray[np.float64]
    """(dim, dim)."""
    limit: float
    """Distance that one line of a hundred exceeds."""

    @classmethod
    def fit(cls, vectors: ArrayLike) -> Self:
        """Learn from embeddings.

        Args:
            vectors: (line, dim), at least 20 lines, of varied speakers and recordings.

        Raises:
            InputError: Too few, or a vector is zero or not finite.
        """
        units = _unit_rows(vectors)
        if len(units) < _FEWEST_ROWS:
            raise InputError(f"expected at least {_FEWEST_ROWS} embeddings, got {len(units)}")
        mean = units.mean(axis=0)
        covariance = np.cov(units, rowvar=False, ddof=0)
        dim = len(mean)
        target = np.trace(covariance) / dim * np.eye(dim)
        values, axes = np.linalg.eigh((1.0 - _SHRINKAGE) * covariance + _SHRINKAGE * target)
        if not values[0] > 0.0:
            raise InputError("the embeddings are all the same")
        whitening = axes / np.sqrt(values) @ axes.T
        distances = _distances(units, mean, whitening)
        return cls(mean, whitening, float(np.percentile(distances, _LIMIT_PERCENTILE)))

    def distances(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Distances (line,) of embeddings (line, dim), typical ones 1.

        Raises:
            InputError: Another dimension, or a vector is zero or not finite.
        """
        units = _unit_rows(vectors)
        if units.shape[1] != len(self.mean):
            raise InputError(f"expected embeddings of {len(self.mean)} dimensions, got {units.shape[1]}")
        return _distances(units, self.mean, self.whitening)

    def save(self, folder: Path) -> None:
        """Write `embedding_statistics.npz` into a checkpoint folder, atomically."""
        with atomic_path(folder / STATISTICS_NAME) as partial, partial.open("wb") as file:
            np.savez(
                file,
                mean=self.mean.astype(np.float32),
                whitening=self.whitening.astype(np.float32),
                limit=np.array(self.limit),
            )

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Read what `save` wrote; None if the checkpoint has no statistics.

        Raises:
            InputError: The file is broken.
        """
        path = folder / STATISTICS_NAME
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                mean, whitening = stored["mean"].astype(np.float64), stored["whitening"].astype(np.float64)
                limit = float(stored["limit"])
        except (ValueError, KeyError, EOFError, TypeError, BadZipFile) as error:
            raise InputError(f"{path}: not saved embedding statistics: {error}") from error
        if mean.ndim != 1 or whitening.shape != (len(mean), len(mean)):
            raise InputError(f"{path}: shapes {mean.shape} and {whitening.shape} do not fit together")
        return cls(mean, whitening, limit)


def _unit_rows(vectors: ArrayLike) -> NDArray[np.float64]:
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float64))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if rows.ndim != 2 or not np.isfinite(lengths).all() or not (lengths > 0.0).all():
        raise InputError(f"expected (line, dim) embeddings, finite and not zero, got shape {rows.shape}")
    units: NDArray[np.float64] = rows / lengths
    return units


def _distances(
    units: NDArray[np.float64], mean: NDArray[np.float64], whitening: NDArray[np.float64]
) -> NDArray[np.float64]:
    distances: NDArray[np.float64] = np.linalg.norm((units - mean) @ whitening, axis=1) / np.sqrt(len(mean))
    return distances
