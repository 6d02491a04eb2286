"""A cohort: the impostors that score normalisation measures every utterance against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix, encode_labels
from kowairo.scoring.cosine import length_normalize
from kowairo.scoring.normalization.moments import LinearMoments
from kowairo.scoring.normalization.spherical_k_means import group_means, spherical_k_means
from kowairo.scoring.normalization.unusable_row import UnusableRowError

Similarity = Literal["cosine", "euclidean"]
"""Score of an utterance against a row: the cosine, or the negative distance of the unit-length utterance
from the row as it was before it was scaled to length 1."""
Average = Literal["unit", "raw"]
"""Mean of a speaker's embeddings scaled to unit length, or as they are (long vectors then weigh more)."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Unit-length vectors of impostors, and whose they are if that is known.

    Raises:
        InputError: The parts differ in length, or there are fewer than two rows.
    """

    vectors: NDArray[np.float64]
    """(cohort, dim), every row of length 1."""
    speakers: tuple[str, ...] | None = None
    """(cohort,) speaker of each row, or None if unknown: then no row is known as a trial's own."""
    _: KW_ONLY
    members: tuple[tuple[str, ...], ...] | None = None
    """(cohort,) all speakers of each row, where a row is made of several (k-means); else None."""
    mean: NDArray[np.float64] | None = None
    """(dim,) what was subtracted from the cohort's embeddings, and is from those measured against it."""
    lengths: NDArray[np.float64] | None = None
    """(cohort,) lengths of the rows before they were scaled; None = 1. Only "euclidean" looks at them."""
    similarity: Similarity = "cosine"
    """Score of an utterance against a row."""

    def __post_init__(self) -> None:
        for labels in (self.speakers, self.members, self.lengths):
            if labels is not None and len(labels) != len(self.vectors):
                raise InputError(
                    f"expected one speaker per cohort row, got {len(labels)} for {len(self.vectors)} rows"
                )
        if len(self.vectors) < 2:
            raise InputError(f"expected a cohort of two or more rows, got {len(self.vectors)}")
        if self.similarity not in ("cosine", "euclidean"):
            raise InputError(f"expected similarity cosine or euclidean, got {self.similarity!r}")

    def __len__(self) -> int:
        return len(self.vectors)

    @classmethod
    def of_utterances(
        cls,
        vectors: ArrayLike,
        speakers: Sequence[str] | None = None,
        *,
        mean: ArrayLike | None = None,
        similarity: Similarity = "cosine",
    ) -> Self:
        """Make every utterance a row.

        Args:
            vectors: (cohort, dim) embeddings of any length.
            speakers: (cohort,) their speakers, if known.
            mean: (dim,) vector to subtract first, here and from every utterance measured later, such as
                ``vectors.mean(axis=0)`` ("sub-mean"); the trials must have been scored with it subtracted.
            similarity: "cosine" or "euclidean".

        Returns:
            The cohort.
        """
        offset = _offset(mean, vectors)
        rows = length_normalize(_centred(vectors, offset))
        labels = None if speakers is None else tuple(speakers)
        return cls(rows, labels, mean=offset, similarity=similarity)

    @classmethod
    def of_speakers(
        cls,
        vectors: ArrayLike,
        speakers: Sequence[str],
        *,
        average: Average = "unit",
        mean: ArrayLike | None = None,
        similarity: Similarity = "cosine",
    ) -> Self:
        """Make every speaker a row: the mean of the utterances, scaled to length 1.

        Args:
            vectors: (n, dim) embeddings of any length.
            speakers: (n,) their speakers.
            average: "unit" averages directions; "raw" averages embeddings as they are (WeSpeaker).
            mean: (dim,) vector to subtract first, as in ``of_utterances``.
            similarity: "cosine" or "euclidean".

        Returns:
            The cohort, in sorted order of its speakers.
        """
        if average not in ("unit", "raw"):
            raise InputError(f"expected average unit or raw, got {average!r}")
        offset = _offset(mean, vectors)
        matrix = _centred(vectors, offset)
        names, index = encode_labels(speakers, expected=len(matrix))
        means = group_means(length_normalize(matrix) if average == "unit" else matrix, index, len(names))
        return cls(
            length_normalize(means),
            tuple(names),
            mean=offset,
            lengths=np.linalg.norm(means, axis=1),
            similarity=similarity,
        )

    @classmethod
    def of_clusters(
        cls,
        vectors: ArrayLike,
        speakers: Sequence[str] | None = None,
        *,
        num_rows: int,
        seed: int,
        mean: ArrayLike | None = None,
    ) -> Self:
        """Make every k-means cluster of directions a row: many utterances, few rows, labels not needed.

        Args:
            vectors: (n, dim) embeddings of any length.
            speakers: (n,) their speakers, if known. A row then counts as a row of each of its speakers.
            num_rows: Clusters, at most n.
            seed: Seed of the first guess; equal seeds give equal cohorts.
            mean: (dim,) vector to subtract first, as in ``of_utterances``.

        Returns:
            The cohort.

        Raises:
            InputError: ``num_rows`` is out of range.
        """
        offset = _offset(mean, vectors)
        unit = length_normalize(_centred(vectors, offset))
        centers, clusters = spherical_k_means(unit, num_rows, seed=seed)
        members = None
        if speakers is not None:
            names, index = encode_labels(speakers, expected=len(unit))
            found: list[set[str]] = [set() for _ in range(num_rows)]
            for cluster, name in {*zip(clusters.tolist(), index.tolist(), strict=True)}:
                found[cluster].add(names[name])
            members = tuple(tuple(sorted(each)) for each in found)
        return cls(centers, members=members, mean=offset)

    @cached_property
    def rows_by_speaker(self) -> Mapping[str, NDArray[np.int64]]:
        """Row numbers of each speaker of the cohort; empty if the speakers are unknown."""
        rows: dict[str, list[int]] = {}
        for row, names in enumerate(self.members or [(name,) for name in self.speakers or ()]):
            for name in names:
                rows.setdefault(name, []).append(row)
        return {name: np.array(numbers, dtype=np.int64) for name, numbers in rows.items()}

    @cached_property
    def center(self) -> NDArray[np.float64]:
        """Mean of the rows: (dim,)."""
        center: NDArray[np.float64] = self.vectors.mean(axis=0)
        return center

    @cached_property
    def _deviations(self) -> NDArray[np.float32]:
        return (self.vectors - self.center).astype(np.float32)

    @cached_property
    def linear_moments(self) -> LinearMoments:
        """Mean and deviation of cosines over all rows."""
        return LinearMoments(self.vectors)

    def normed_moments(self, *, ddof: int) -> LinearMoments:
        """Mean and deviation of cosines after each row's were normalised by those of the other rows to it.

        The cosine with row k becomes ``(s - mu_k) / sd_k``, where ``mu_k`` and ``sd_k`` are taken over the
        rows of other speakers (all other rows, if speakers are unknown). As ``s = x . c_k``, that is the
        inner product of ``[x, 1]`` and ``[c_k, -mu_k] / sd_k``.

        Args:
            ddof: 0 = population deviation, 1 = sample deviation.

        Returns:
            Moments of vectors ``[x, 1]``, kept for the next call.

        Raises:
            InputError: The similarity is no inner product, or a row has no other speakers' rows.
        """
        if self.similarity != "cosine":
            raise InputError(f"expected a cohort compared by cosine, got {self.similarity}")
        if ddof not in self._normed:
            mean, std = self.linear_moments.of(self.vectors, self._cells_among_rows(), ddof=ddof)
            rows = np.column_stack([self.vectors, -mean]) / std[:, None]
            self._normed[ddof] = LinearMoments(rows)
        return self._normed[ddof]

    @cached_property
    def _normed(self) -> dict[int, LinearMoments]:
        return {}

    def _cells_among_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """List the pairs of cohort rows that are one row or have a speaker in common, each once."""
        cells = [np.arange(len(self)) * (len(self) + 1)]
        for rows in self.rows_by_speaker.values():
            cells.append((rows[:, None] * len(self) + rows).ravel())
        left, right = np.divmod(np.unique(np.concatenate(cells)), len(self))
        return left, right

    def project(self, vectors: ArrayLike, *, first_row: int = 0) -> NDArray[np.float64]:
        """Bring embeddings to where the cohort is: mean subtracted, then unit length.

        Args:
            vectors: (n, dim) embeddings of any length.
            first_row: Number of the first one, for messages.

        Returns:
            (n, dim) float64.

        Raises:
            InputError: Another dimension than the cohort's, or a row is not finite or has no direction.
        """
        matrix = np.asarray(vectors, dtype=np.float64)
        dim = self.vectors.shape[1]
        if matrix.ndim != 2 or matrix.shape[1] != dim:
            raise InputError(f"expected embeddings of the cohort's {dim} dims, got {matrix.shape[-1]}")
        matrix = matrix if self.mean is None else matrix - self.mean
        lengths = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
        if (bad := np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))).size:
            raise UnusableRowError(first_row + int(bad[0]))
        unit: NDArray[np.float64] = matrix / lengths[:, None]
        return unit

    def scores(self, unit: NDArray[np.float64]) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
        """Score a block of utterances against every row.

        The cosine is the sum of both results: the second holds ``x . center``, the same for every row. The
        product is in single precision, and as the center is taken out, its error is relative to the spread
        of the scores and not to their size.

        Args:
            unit: (block, dim) of ``project``.

        Returns:
            (block, cohort) scores less the constant, and (block,) the constant.
        """
        if self.similarity == "cosine":
            return unit.astype(np.float32) @ self._deviations.T, unit @ self.center
        lengths = np.ones(len(self)) if self.lengths is None else self.lengths
        squares = 1 + lengths**2 - 2 * (unit @ self.vectors.T) * lengths
        return -np.sqrt(np.maximum(squares, 0)), np.zeros(len(unit))

    def same_speaker(self, speakers: Sequence[str]) -> NDArray[np.bool_]:
        """Mark cohort rows of the given speakers: (n, cohort) bool, all false if labels are unknown."""
        marks = np.zeros((len(speakers), len(self)), dtype=np.bool_)
        marks[self.own_cells(speakers)] = True
        return marks

    def own_cells(self, speakers: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """List the pairs of an utterance and a cohort row that have a speaker in common.

        Args:
            speakers: (n,) speaker of each utterance.

        Returns:
            (pair,) number of the utterance, rising, and (pair,) number of the cohort row.
        """
        table = self.rows_by_speaker
        hits = [(i, table[name]) for i, name in enumerate(speakers) if name in table]
        counts = [len(rows) for _, rows in hits]
        utterances = np.repeat(np.array([i for i, _ in hits], dtype=np.int64), counts)
        return utterances, np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, rows in hits)])


def _offset(mean: ArrayLike | None, vectors: ArrayLike) -> NDArray[np.float64] | None:
    """Check a vector to subtract."""
    if mean is None:
        return None
    offset = np.asarray(mean, dtype=np.float64)
    if offset.shape != np.shape(vectors)[1:] or not np.isfinite(offset).all():
        raise InputError(f"expected a finite mean of shape {np.shape(vectors)[1:]}, got shape {offset.shape}")
    return offset


def _centred(vectors: ArrayLike, offset: NDArray[np.float64] | None) -> NDArray[np.float64]:
    matrix = as_matrix(vectors, name="vectors")
    return matrix if offset is None else matrix - offset
