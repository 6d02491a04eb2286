"""Mean and deviation of every utterance's scores against a cohort: fitted once, used by any trial list."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring.cosine import length_normalize
from kowairo.scoring.normalization.cohort import Cohort

STD_FLOOR = 1e-5
"""Smallest deviation that is divided by; a cohort that scores everything alike carries no scale."""

_BLOCK_CELLS = 2_000_000  # scores held at a time: 16 MB, whatever the number of utterances

_logger = logging.getLogger(__name__)


def cohort_moments(
    vectors: ArrayLike,
    cohort: Cohort,
    *,
    top_n: int | None = None,
    ddof: int = 0,
    speakers: Sequence[str] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of cosine scores against the cohort.

    Rows of an utterance's own speaker get -inf before the ``top_n`` highest scores are chosen and are
    left out of mean and deviation. (Set to 0, as one toolkit does, they would win over negative scores.)

    Args:
        vectors: (n, dim) embeddings of any length.
        cohort: The impostors.
        top_n: Use only this many highest scores of each utterance; None = all. If fewer
            rows are valid, all of those.
        ddof: 0 = population deviation, 1 = sample deviation (divides by count - 1).
        speakers: (n,) speaker of each row, to leave its own cohort rows out; None = leave out nothing.

    Returns:
        Mean (n,) and deviation (n,) of at least ``STD_FLOOR``, float64.

    Raises:
        InputError: ``top_n`` or ``ddof`` is out of range, the dimensions differ, or an utterance has too
            few cohort rows of other speakers.
    """
    unit = length_normalize(vectors)
    _check_options(unit, cohort, top_n=top_n, ddof=ddof)
    mean, std = np.empty(len(unit)), np.empty(len(unit))
    step = max(1, _BLOCK_CELLS // len(cohort))
    for start in range(0, len(unit), step):
        rows = slice(start, start + step)
        scores = unit[rows] @ cohort.vectors.T  # (block, cohort)
        if speakers is not None:
            scores[cohort.same_speaker(speakers[rows])] = -np.inf
        if top_n is not None and top_n < len(cohort):
            scores = np.partition(scores, len(cohort) - top_n, axis=1)[:, -top_n:]
        mean[rows], std[rows] = masked_moments(scores, ddof=ddof)
    return mean, std


def masked_moments(
    scores: NDArray[np.float64], *, ddof: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation along the cohort axis, leaving -inf cells out.

    Args:
        scores: (n, cohort), -inf = not to be counted.
        ddof: 0 or 1.

    Returns:
        Mean (n,) and deviation (n,), floored at ``STD_FLOOR``.

    Raises:
        InputError: A row has no more than ``ddof`` valid cells.
    """
    valid = scores > -np.inf
    count = valid.sum(axis=1)
    if (count <= ddof).any():
        raise InputError(
            f"an utterance has {int(count.min())} cohort rows of other speakers, more than {ddof} are needed"
        )
    mean = np.where(valid, scores, 0.0).sum(axis=1) / count
    squares = np.where(valid, scores - mean[:, None], 0.0) ** 2
    return mean, np.maximum(np.sqrt(squares.sum(axis=1) / (count - ddof)), STD_FLOOR)


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
        mean, std = cohort_moments(embeddings.vectors, cohort, top_n=top_n, ddof=ddof, speakers=speakers)
        return cls(tuple(embeddings.utts), mean, std)

    def rows(self, utts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and deviation of the given utterances, both (n,).

        Raises:
            InputError: An utterance was not measured.
        """
        index = {utt: i for i, utt in enumerate(self.utts)}
        if missing := [utt for utt in utts if utt not in index]:
            raise InputError(
                f"no cohort statistics for {len(missing)} utterances, the first is {missing[0]!r}"
            )
        rows = np.fromiter((index[utt] for utt in utts), dtype=np.int64, count=len(utts))
        return self.mean[rows], self.std[rows]

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


def speakers_of(utts: Sequence[str], utt2spk: Mapping[str, str]) -> list[str]:
    """Look the speakers of utterances up, naming the first one that is missing."""
    if missing := [utt for utt in utts if utt not in utt2spk]:
        raise InputError(f"no speaker for {len(missing)} utterances in utt2spk, the first is {missing[0]!r}")
    return [utt2spk[utt] for utt in utts]


def _check_options(unit: NDArray[np.float64], cohort: Cohort, *, top_n: int | None, ddof: int) -> None:
    """Check options and dimensions; say it in the log if the cohort is smaller than ``top_n``."""
    if unit.shape[1] != cohort.vectors.shape[1]:
        raise InputError(
            f"expected embeddings of the cohort's {cohort.vectors.shape[1]} dims, got {unit.shape[1]}"
        )
    if ddof not in (0, 1):
        raise InputError(f"expected ddof 0 or 1, got {ddof}")
    if top_n is not None and top_n < 1:
        raise InputError(f"expected top_n of 1 or more, got {top_n}")
    if top_n is not None and top_n > len(cohort):
        _logger.warning("top_n %d is more than the %d rows of the cohort: all are used", top_n, len(cohort))
