"""Mean and deviation of every utterance's scores against a cohort: fitted once, used by any trial list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring.normalization._top_values import top_values
from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.moments import Moments, masked_moments
from kowairo.scoring.normalization.unusable_row import named_rows

_BLOCK_CELLS = 8_000_000  # scores held at a time: 32 MB of float32, whatever the number of utterances
_BLOCK_ROWS = 1024


def cohort_moments(
    vectors: ArrayLike,
    cohort: Cohort,
    *,
    top_n: int | None = None,
    ddof: int = 0,
    speakers: Sequence[str] | None = None,
) -> Moments:
    """Mean and standard deviation of scores against the cohort.

    Rows of an utterance's own speaker get -inf before the ``top_n`` highest scores are chosen and are
    left out of mean and deviation. (Set to 0, as one toolkit does, they would win over negative scores.)

    Args:
        vectors: (n, dim) embeddings of any length; an array on disk is read block by block.
        cohort: The impostors.
        top_n: Use only this many highest scores of each utterance; None = all. If an utterance has fewer
            rows of other speakers, all of those.
        ddof: 0 = population deviation, 1 = sample deviation (divides by count - 1).
        speakers: (n,) speaker of each row, to leave its own cohort rows out; None = leave out nothing.

    Returns:
        Mean (n,) and deviation (n,) of at least ``STD_FLOOR``, float64.

    Raises:
        InputError: ``top_n`` or ``ddof`` is out of range, the dimensions differ, or an utterance has too
            few cohort rows of other speakers.
    """
    matrix = np.asarray(vectors)
    if top_n is not None:
        check_top_n(top_n, cohort)
    own = no_cells() if speakers is None else cohort.own_cells(speakers)
    parts = []
    for rows in blocks(len(matrix), cohort):
        unit = cohort.project(matrix[rows], first_row=rows.start)
        cells = cells_in(own, rows)
        if top_n is None and cohort.similarity == "cosine":
            parts.append(cohort.linear_moments.of(unit, cells, ddof=ddof))
            continue
        scores, constant = cohort.scores(unit)
        scores[cells] = -np.inf
        moments = masked_moments(top_values(scores, top_n or len(cohort)), ddof=ddof)
        parts.append(Moments(moments.mean + constant, moments.std))
    return Moments(*(np.concatenate([np.zeros(0), *column]) for column in zip(*parts, strict=True)))


def check_top_n(top_n: int, cohort: Cohort) -> None:
    """Refuse a number of cohort rows that the cohort does not have.

    Raises:
        InputError: ``top_n`` is below 1 or above the rows of the cohort.
    """
    if top_n < 1:
        raise InputError(f"expected top_n of 1 or more, got {top_n}")
    if top_n > len(cohort):
        raise InputError(f"top_n {top_n} is more than the {len(cohort)} rows of the cohort; lower it")


def blocks(num_rows: int, cohort: Cohort) -> Iterator[slice]:
    """Cut rows into blocks whose scores against the cohort take bounded memory."""
    step = max(1, min(_BLOCK_ROWS, _BLOCK_CELLS // len(cohort)))
    return (slice(start, min(start + step, num_rows)) for start in range(0, num_rows, step))


def no_cells() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return an empty list of cells."""
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)


def cells_in(
    cells: tuple[NDArray[np.int64], NDArray[np.int64]], rows: slice
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut the cells of some rows out of a list that is sorted by row, and number the rows from 0."""
    first, last = np.searchsorted(cells[0], [rows.start, rows.stop])
    return cells[0][first:last] - rows.start, cells[1][first:last]


@dataclass(frozen=True, eq=False)
class CohortStatistics:
    """Cohort mean and deviation per utterance, a fitted artefact that can be saved and reused."""

    utts: tuple[str, ...]
    """(n,) utterance ids."""
    mean: NDArray[np.float64]
    """(n,) mean cohort score."""
    std: NDArray[np.float64]
    """(n,) deviation of the cohort scores."""

    @classmethod
    def fit(
        cls,
        embeddings: EmbeddingSet,
        cohort: Cohort,
        *,
        top_n: int | None = None,
        ddof: int = 0,
        utt2spk: Mapping[str, str] | None = None,
    ) -> Self:
        """Measure every utterance of a set against the cohort; see ``cohort_moments``.

        Args:
            embeddings: The utterances of the trials.
            cohort: The impostors.
            top_n: Highest scores to use, None = all.
            ddof: 0 or 1.
            utt2spk: Speakers of the utterances, to leave their own cohort rows out.

        Returns:
            The statistics.
        """
        speakers = None if utt2spk is None else speakers_of(embeddings.utts, utt2spk)
        with named_rows(embeddings.utts):
            moments = cohort_moments(embeddings.vectors, cohort, top_n=top_n, ddof=ddof, speakers=speakers)
        return cls(tuple(embeddings.utts), *moments)

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number by utterance id."""
        return {utt: row for row, utt in enumerate(self.utts)}

    def rows(self, utts: Sequence[str]) -> Moments:
        """Return mean and deviation of the given utterances, both (n,).

        Raises:
            InputError: An utterance was not measured.
        """
        return self.take(row_numbers(self.index, utts))

    def take(self, rows: NDArray[np.int64]) -> Moments:
        """Return mean and deviation by (n,) row number, both (n,)."""
        return Moments(self.mean[rows], self.std[rows])

    def save(self, folder: Path) -> None:
        """Write ``arrays.npz`` and ``config.json`` to ``folder``."""
        arrays = {"mean": self.mean, "std": self.std}
        save_artefact(folder, kind="CohortStatistics", config={"utts": list(self.utts)}, arrays=arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """
        config, arrays = load_artefact(folder, kind="CohortStatistics", names=("mean", "std"))
        utts = config.get("utts")
        if not isinstance(utts, list) or not len(utts) == len(arrays["mean"]) == len(arrays["std"]):
            raise InputError(f"{folder}: the number of utterances does not fit the arrays")
        return cls(tuple(str(utt) for utt in utts), arrays["mean"], arrays["std"])


def row_numbers(index: Mapping[str, int], utts: Sequence[str]) -> NDArray[np.int64]:
    """Look the rows of utterances up.

    Raises:
        InputError: An utterance was not measured.
    """
    try:
        return np.fromiter(map(index.__getitem__, utts), dtype=np.int64, count=len(utts))
    except KeyError:
        missing = [utt for utt in utts if utt not in index]
    raise InputError(f"no cohort statistics for {len(missing)} utterances, the first is {missing[0]!r}")


def speakers_of(utts: Sequence[str], utt2spk: Mapping[str, str]) -> list[str]:
    """Look the speakers of utterances up, naming the first one that is missing."""
    if missing := [utt for utt in utts if utt not in utt2spk]:
        raise InputError(f"no speaker for {len(missing)} utterances in utt2spk, the first is {missing[0]!r}")
    return [utt2spk[utt] for utt in utts]
