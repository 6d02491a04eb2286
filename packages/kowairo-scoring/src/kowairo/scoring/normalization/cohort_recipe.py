"""How a cohort is made of a set of embeddings, as settings that a file or a command line can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.scoring.normalization.cohort import Average, Cohort, Similarity

CohortRows = Literal["utterances", "speakers", "clusters"]
SubMean = Literal["none", "cohort"]


@dataclass(frozen=True)
class CohortRecipe:
    """Settings of a cohort.

    Raises:
        InputError: A setting is unknown, or clusters are not compared by cosine.
    """

    rows: CohortRows = "utterances"
    """A row per utterance, per speaker (the mean of the utterances), or per k-means cluster."""
    average: Average = "unit"
    """Rows of speakers: mean of unit-length embeddings, or of embeddings as they are."""
    sub_mean: SubMean = "none"
    """With "cohort" the mean of the cohort's utterances is subtracted from every embedding first; the
    scores to normalise must be those of embeddings without it too (back-end ``MeanSubtraction``)."""
    similarity: Similarity = "cosine"
    """Score of an utterance against a row."""
    num_clusters: int = 1000
    """Rows of clusters."""
    seed: int = 0
    """Seed of the clustering."""

    def __post_init__(self) -> None:
        if self.rows not in ("utterances", "speakers", "clusters"):
            raise InputError(f"expected rows utterances, speakers or clusters, got {self.rows!r}")
        if self.sub_mean not in ("none", "cohort"):
            raise InputError(f"expected sub_mean none or cohort, got {self.sub_mean!r}")
        if self.rows == "clusters" and self.similarity != "cosine":
            raise InputError("clusters are compared by cosine only")

    def make(self, vectors: ArrayLike, speakers: Sequence[str] | None = None) -> Cohort:
        """Make the cohort.

        Args:
            vectors: (n, dim) embeddings of impostors, of any length.
            speakers: (n,) their speakers; needed for rows of speakers.

        Returns:
            The cohort.

        Raises:
            InputError: The embeddings are empty, not finite or without direction, or speakers are missing.
        """
        matrix = np.asarray(vectors)
        if matrix.ndim != 2 or len(matrix) == 0:
            raise InputError(f"expected embeddings (n, dim) to make a cohort of, got shape {matrix.shape}")
        mean = matrix.mean(axis=0, dtype=np.float64) if self.sub_mean == "cohort" else None
        if self.rows == "utterances":
            return Cohort.of_utterances(matrix, speakers, mean=mean, similarity=self.similarity)
        if self.rows == "clusters":
            rows = self.num_clusters
            return Cohort.of_clusters(matrix, speakers, num_rows=rows, seed=self.seed, mean=mean)
        if speakers is None:
            raise InputError("a cohort of speakers needs to know the speakers")
        return Cohort.of_speakers(
            matrix, speakers, average=self.average, mean=mean, similarity=self.similarity
        )
