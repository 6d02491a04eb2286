"""The contract of a scoring back-end: embeddings in, comparable vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.cosine import cosine_scores


class Backend(ABC):
    """A transform of embeddings fitted on training speakers, followed by the cosine.

    ``__init__`` stores keyword arguments only; what ``fit`` learns ends in an underscore.
    A new back-end is one subclass in one file; ``kowairo.testing.check_backend`` is its contract suite.
    """

    @abstractmethod
    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn from training embeddings.

        Args:
            vectors: (n, dim), finite.
            speakers: (n,) speaker of each row. They must not be speakers of the trials.

        Returns:
            Itself.
        """

    @abstractmethod
    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Map (n, dim) embeddings to (n, dim') float64 vectors whose cosine is the score."""

    def score(self, enroll: ArrayLike, test: ArrayLike) -> NDArray[np.float64]:
        """Score (trial, dim) enrolments against (trial, dim) tests: (trial,) float64."""
        return cosine_scores(self.transform(enroll), self.transform(test))
