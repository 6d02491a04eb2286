"""Statistics of pairs: each side's cohort scores over the rows nearest to the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.cohort_statistics import (
    blocks,
    cells_in,
    check_top_n,
    no_cells,
)
from kowairo.scoring.normalization.moments import Moments, masked_moments

_CHUNK_CELLS = 2_000_000  # cohort scores of trials gathered at a time: some 16 MB arrays


@dataclass(frozen=True, eq=False)
class CrossStatistics:
    """What the moments of any pair of some utterances need: vectors, cohort, nearest cohort rows.

    They belong to a pair, not to an utterance, so they are computed when a trial asks for them: every
    utterance is scored against the cohort once per side, however many trials it is in, and what is in
    memory at a time does not grow with the trials, the utterances or the cohort.
    """

    utts: tuple[str, ...]
    """(n,) utterance ids."""
    vectors: NDArray[np.float32]
    """(n, dim) embeddings as they came."""
    cohort: Cohort
    """The impostors."""
    nearest: NDArray[np.int32]
    """(n, top_n) cohort rows with the highest scores, in no order; len(cohort) = no valid row was left."""
    speakers: tuple[str, ...] | None = None
    """(n,) speakers whose own cohort rows are left out, or None."""

    @classmethod
    def fit(
        cls,
        utts: Sequence[str],
        vectors: ArrayLike,
        cohort: Cohort,
        *,
        top_n: int,
        speakers: Sequence[str] | None = None,
    ) -> Self:
        """Find the nearest cohort rows of every utterance.

        Args:
            utts: (n,) ids.
            vectors: (n, dim) embeddings of any length.
            cohort: The impostors.
            top_n: Rows to find.
            speakers: (n,) speakers, to leave their own cohort rows out.

        Returns:
            The statistics.

        Raises:
            InputError: ``top_n`` is out of range, or the embeddings do not fit the cohort.
        """
        check_top_n(top_n, cohort)
        matrix = np.asarray(vectors, dtype=np.float32)
        labels = None if speakers is None else tuple(speakers)
        statistics = cls(tuple(utts), matrix, cohort, np.zeros((len(matrix), top_n), dtype=np.int32), labels)
        for rows in blocks(len(matrix), cohort):
            scores, _ = statistics._scores(np.arange(rows.start, rows.stop))
            found = np.argpartition(scores[:, :-1], len(cohort) - top_n, axis=1)[:, -top_n:]
            found[np.take_along_axis(scores, found, axis=1) == -np.inf] = len(cohort)
            statistics.nearest[rows] = found
        return statistics

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number by utterance id."""
        return {utt: row for row, utt in enumerate(self.utts)}

    def moments(self, rows: NDArray[np.int64], choosers: NDArray[np.int64], *, ddof: int) -> Moments:
        """Mean and deviation of each trial's first side over the rows nearest to its second side.

        Args:
            rows: (trial,) row numbers of the utterances to measure.
            choosers: (trial,) row numbers of the utterances whose nearest rows are used.
            ddof: 0 or 1.

        Returns:
            Mean (trial,) and deviation (trial,), float64.

        Raises:
            InputError: A pair has too few cohort rows of other speakers.
        """
        mean, std = np.empty(len(rows)), np.empty(len(rows))
        order = np.argsort(rows, kind="stable")
        needed, starts = np.unique(rows[order], return_index=True)
        ends = np.append(starts[1:], len(rows))
        for block in blocks(len(needed), self.cohort):
            scores, constant = self._scores(needed[block])
            for trials in _chunks(order[starts[block.start] : ends[block.stop - 1]], self.nearest.shape[1]):
                local = np.searchsorted(needed[block], rows[trials])
                cells = scores[local[:, None], self.nearest[choosers[trials]]]  # (trial, top_n)
                moments = masked_moments(cells, ddof=ddof)
                mean[trials], std[trials] = moments.mean + constant[local], moments.std
        return Moments(mean, std)

    def _scores(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
        """Score utterances against the cohort: (n, cohort + 1) with a last column of -inf, and a constant."""
        unit = self.cohort.project(self.vectors[rows], first_row=int(rows[0]) if len(rows) else 0)
        scores, constant = self.cohort.scores(unit)
        own = no_cells()
        if self.speakers is not None:
            own = self.cohort.own_cells([self.speakers[row] for row in rows])
        scores[cells_in(own, slice(0, len(rows)))] = -np.inf
        return np.column_stack([scores, np.full(len(scores), -np.inf, dtype=scores.dtype)]), constant


def _chunks(trials: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """Cut trials so that a chunk's gathered scores take bounded memory."""
    step = max(1, _CHUNK_CELLS // width)
    return (trials[start : start + step] for start in range(0, len(trials), step))
