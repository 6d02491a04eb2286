"""Shrinkage of the variation within speakers: the speaker's mean that one utterance makes likely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.two_covariance import (
    Initialization,
    SpeakerStatistics,
    check_estimation,
    estimate_two_covariance,
)


class WithinClassShrinkage(AffineBackend):
    """Replace an embedding by the expected mean of its speaker: ``y = m + B (B + W)^-1 (x - m)``.

    Under the two-covariance model (between-speaker covariance ``B``, within-speaker covariance ``W``) this is
    the posterior mean of the speaker's mean given one utterance: the linear map that comes closest to it in
    the mean square. Directions in which speakers do not differ go to the mean, those in which only
    speakers differ stay. Axes and dimension stay, so what was trained on the embeddings still fits.

    Source: N. Wiener, 1949 (the filter); S. Ioffe, 2006, eq. 4 with n = 1.

    Args:
        num_iterations: Of the expectation maximisation that estimates ``B`` and ``W``.
        initialization: Where it starts, see ``estimate_two_covariance``.

    Attributes:
        mean_: (dim,) mean ``m`` of the speakers' means.
        matrix_: (dim, dim), ``B (B + W)^-1``.
    """

    learned = ("mean_", "matrix_")
    mean_: NDArray[np.float64]
    matrix_: NDArray[np.float64]

    def __init__(self, *, num_iterations: int = 10, initialization: Initialization = "scatter") -> None:
        self.num_iterations = num_iterations
        self.initialization = initialization

    def check_parameters(self) -> None:
        """Check the number of iterations and where they start.

        Raises:
            InputError: No iteration, or an unknown initialization.
        """
        check_estimation(self.num_iterations, self.initialization)

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: No iteration, too few speakers, or too few utterances for the dimension.
        """
        model, _ = estimate_two_covariance(
            SpeakerStatistics.of(vectors, speakers),
            num_iterations=self.num_iterations,
            initialization=self.initialization,
        )
        self.mean_ = model.mean
        # B and B + W are symmetric: (B + W)^-1 B is the transpose of what is wanted.
        self.matrix_ = np.linalg.solve(model.between + model.within, model.between).T.astype(np.float64)
        return self

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ``B (B + W)^-1`` (dim, dim) and what of the mean it leaves out (dim,).

        Raises:
            InputError: Not fitted.
        """
        matrix, mean = fitted(self, "matrix_"), fitted(self, "mean_")
        return matrix, mean - matrix @ mean
