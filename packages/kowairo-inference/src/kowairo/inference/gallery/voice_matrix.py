"""Voices as rows of a matrix, and how a recording scores against a voice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from .nearest import Nearest, nearest

VoiceScoring = Literal["centroid", "mean", "max"]
"""Score of a voice with several references: cosine with the mean of its references of unit length, mean of
the cosines with each, or greatest of them."""

NamedVectors = Iterable[tuple[list[str], NDArray[np.float32]]]


@dataclass(frozen=True, eq=False)
class VoiceMatrix:
    """Voices ready to be compared.

    Attributes:
        names: Names of the voices, sorted.
        counts: (voice,) number of references of each.
        rows: (voice, dim) float32, or (reference, dim) for the scoring `max`: references of one voice side by
            side, voices in the order of the names.
        scoring: How a voice is scored.
    """

    names: list[str]
    counts: NDArray[np.int64]
    rows: NDArray[np.float32]
    scoring: VoiceScoring

    @classmethod
    def build(
        cls,
        names: Iterable[tuple[list[str], NDArray[np.int64]]],
        read: Callable[[], NamedVectors],
        *,
        dim: int,
        scoring: VoiceScoring = "centroid",
    ) -> "VoiceMatrix":
        """Build the matrix from blocks of vectors that are read once, in any order.

        Memory is that of the rows; references are kept for the scoring `max` only.

        Args:
            names: Names and counts, in blocks; a name may be in several.
            read: Gives the vectors of exactly these references.
            dim: Length of a vector.
            scoring: How voices are scored.

        Raises:
            InputError: The scoring is unknown.
        """
        if scoring not in get_args(VoiceScoring):
            raise InputError(f"scoring is one of {', '.join(get_args(VoiceScoring))}, got {scoring!r}")
        totals: dict[str, int] = {}
        for block, numbers in names:
            for name, number in zip(block, numbers.tolist(), strict=True):
                totals[name] = totals.get(name, 0) + number
        order = sorted(totals)
        counts = np.array([totals[name] for name in order], dtype=np.int64)
        index = {name: row for row, name in enumerate(order)}
        if scoring == "max":
            return cls(order, counts, _side_by_side(read(), index, counts, dim), scoring)
        rows = _sums(read(), index, dim)
        # In place: with millions of voices a second matrix of them is what memory lacks.
        rows /= counts[:, None]
        if scoring == "centroid":
            _to_unit_length(rows)
        return cls(order, counts, rows, scoring)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def starts(self) -> NDArray[np.int64]:
        """(voice,) first row of each voice."""
        if self.scoring != "max":
            return np.arange(len(self.names), dtype=np.int64)
        return np.asarray(np.cumsum(self.counts) - self.counts, dtype=np.int64)

    def nearest(self, vectors: NDArray[np.float32], *, k: int) -> Nearest:
        """Find the voices with the best scores.

        Args:
            vectors: (query, dim), of any length but zero.
            k: Number of voices.

        Returns:
            Numbers of the voices and their scores.

        Raises:
            InputError: There is no voice, or a vector is zero or not finite.
        """
        if not self.names:
            raise InputError("the gallery is empty")
        groups = self.starts if self.scoring == "max" else None
        return nearest(unit_vectors(vectors), self.rows, k=k, group_starts=groups)

    def own_rows(self, voice: int) -> NDArray[np.float32]:
        """The rows of one voice by its number, (row, dim)."""
        first = int(self.starts[voice])
        return self.rows[first : first + (int(self.counts[voice]) if self.scoring == "max" else 1)]


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length.

    Args:
        vectors: (row, dim).

    Returns:
        (row, dim) float32, a copy.

    Raises:
        InputError: A row is zero or not finite.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise InputError("an embedding is zero or not finite")
    scaled: NDArray[np.float32] = (vectors / lengths).astype(np.float32, copy=False)
    return scaled


def _to_unit_length(rows: NDArray[np.float32]) -> None:
    """Scale rows in place; references that cancel out leave a row of zeros, which scores 0 with anything."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    rows /= lengths


def _sums(blocks: NamedVectors, index: dict[str, int], dim: int) -> NDArray[np.float32]:
    """Sums of the unit-length references of each voice, (voice, dim)."""
    sums = np.zeros((len(index), dim), dtype=np.float32)
    for names, vectors in blocks:
        numbers = np.array([index[name] for name in names], dtype=np.int64)
        order = np.argsort(numbers, kind="stable")
        present, firsts = np.unique(numbers[order], return_index=True)
        sums[present] += np.add.reduceat(unit_vectors(vectors)[order], firsts, axis=0)
    return sums


def _side_by_side(
    blocks: NamedVectors, index: dict[str, int], counts: NDArray[np.int64], dim: int
) -> NDArray[np.float32]:
    """All references of unit length, those of a voice side by side, (reference, dim)."""
    rows = np.empty((int(counts.sum()), dim), dtype=np.float32)
    free = np.cumsum(counts) - counts
    for names, vectors in blocks:
        numbers = np.array([index[name] for name in names], dtype=np.int64)
        order = np.argsort(numbers, kind="stable")
        present, firsts, sizes = np.unique(numbers[order], return_index=True, return_counts=True)
        places = np.repeat(free[present] - firsts, sizes) + np.arange(len(order))
        rows[places] = unit_vectors(vectors)[order]
        free[present] += sizes
    return rows
