"""Within-class covariance normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.covariance import (
    Weighting,
    as_training,
    check_shrinkage,
    shrink,
    symmetric_power,
    within_covariance,
)


class WCCN(AffineBackend):
    """Make the within-speaker covariance the identity: ``y = W^-1/2 x``.

    ``W`` is the (shrunk) within-speaker covariance. Directions in which a speaker's utterances differ much
    count less in the cosine; nothing is centred, so put ``MeanSubtraction`` in front where the mean is far
    from the origin.

    Source: A. O. Hatch, S. Kajarekar and A. Stolcke, 2006, eq. 10-13. They take a Cholesky factor of
    ``W^-1``; the symmetric root differs from it by a rotation only, which no cosine sees, and stays closest
    to the input. Every speaker's covariance counts the same there (``weighting="speaker"``).

    Args:
        shrinkage: Weight of the scaled identity in the covariance, in [0, 1].
        weighting: Whether every ``speaker`` or every ``utterance`` counts the same in ``W``.

    Attributes:
        matrix_: (dim, dim), ``W^-1/2``.
    """

    learned = ("matrix_",)
    matrix_: NDArray[np.float64]

    def __init__(self, *, shrinkage: float = 0.0, weighting: Weighting = "speaker") -> None:
        self.shrinkage = shrinkage
        self.weighting = weighting

    def check_parameters(self) -> None:
        """Check shrinkage and weighting.

        Raises:
            InputError: A shrinkage outside [0, 1], or an unknown weighting.
        """
        check_shrinkage(self.shrinkage)
        if self.weighting not in ("speaker", "utterance"):
            raise InputError(f"expected weighting speaker or utterance, got {self.weighting!r}")

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: Bad parameters, no speaker with two rows, or a singular covariance.
        """
        matrix = as_training(vectors)
        self.check_parameters()
        within = within_covariance(matrix, speakers, weighting=self.weighting)
        self.matrix_ = symmetric_power(shrink(within, self.shrinkage), -0.5, name="within-speaker")
        return self

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``W^-1/2`` (dim, dim) and zeros (dim,).

        Raises:
            InputError: Not fitted.
        """
        matrix = fitted(self, "matrix_")
        return matrix, np.zeros(len(matrix))
