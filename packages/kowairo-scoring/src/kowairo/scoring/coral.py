"""Correlation alignment: embeddings of one domain get mean and covariance of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.covariance import (
    as_training,
    check_shrinkage,
    shrink,
    symmetric_power,
    total_covariance,
)


class CORAL(AffineBackend):
    """Whiten the source domain, then colour it as the target domain.

    ``y = C_t^1/2 C_s^-1/2 (x - m_s) + m_t`` where ``m`` and ``C`` are mean and (shrunk) covariance of either
    domain; neither needs speakers. The usual use: source = labelled embeddings of another domain, target =
    unlabelled embeddings of the domain of the trials. Fit what needs speakers (LDA, PLDA) on the
    *transformed* source, and score embeddings of the target domain as they are: so this is no step of a
    ``Chain`` that scores.

    Source: B. Sun, J. Feng and K. Saenko, 2016, algorithm 1; M. J. Alam, G. Bhattacharya and P. Kenny, 2018
    (speaker embeddings). They add the identity to both covariances, which depends on the scale of the
    embeddings; here the identity is scaled by the covariance's own trace. They leave the means alone; here
    the mean moves too.

    Args:
        target: (m, dim) embeddings of the target domain. Only ``fit`` needs them; they are not saved.
        shrinkage: Weight of the scaled identity in both covariances, in [0, 1].

    Attributes:
        matrix_: (dim, dim), ``C_t^1/2 C_s^-1/2``.
        offset_: (dim,), ``m_t - C_t^1/2 C_s^-1/2 m_s``.
    """

    learned = ("matrix_", "offset_")
    fit_only = ("target",)
    matrix_: NDArray[np.float64]
    offset_: NDArray[np.float64]

    def __init__(self, *, target: ArrayLike | None = None, shrinkage: float = 0.0) -> None:
        self.target = target
        self.shrinkage = shrinkage

    def check_parameters(self) -> None:
        """Check the range of the shrinkage.

        Raises:
            InputError: It is outside [0, 1].
        """
        check_shrinkage(self.shrinkage)

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Learn from (n, dim) vectors of the source domain; ``speakers`` is not used.

        Raises:
            InputError: No target, another dimension there, or a singular source covariance.
        """
        self.check_parameters()
        if self.target is None:
            raise InputError("expected embeddings of the target domain; give CORAL(target=...)")
        source, target = as_training(vectors), as_training(self.target)
        if source.shape[1] != target.shape[1]:
            raise InputError(
                f"expected both domains of one dimension, got {source.shape[1]} (source) and "
                f"{target.shape[1]} (target)"
            )
        self.matrix_ = coral_matrix(
            shrink(total_covariance(source), self.shrinkage),
            shrink(total_covariance(target), self.shrinkage),
        )
        self.offset_ = target.mean(axis=0) - self.matrix_ @ source.mean(axis=0)
        return self

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the fitted matrix (dim, dim) and offset (dim,).

        Raises:
            InputError: Not fitted.
        """
        return fitted(self, "matrix_"), fitted(self, "offset_")


def coral_matrix(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``A = C_t^1/2 C_s^-1/2``, which gives ``A C_s A^T = C_t``.

    Args:
        source: (dim, dim) covariance of the source domain.
        target: (dim, dim) covariance of the target domain; it may be singular.

    Returns:
        (dim, dim) float64.

    Raises:
        InputError: The source covariance is singular.
    """
    whiten = symmetric_power(source, -0.5, name="source")
    colour: NDArray[np.float64] = symmetric_power(target, 0.5, name="target") @ whiten
    return colour
