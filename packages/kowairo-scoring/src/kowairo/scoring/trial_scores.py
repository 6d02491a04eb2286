"""Scores of a trial list, and the matching of scores to trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring.backend import Backend
from kowairo.scoring.plain_cosine import PlainCosine

_CHECKED_ROWS = 4096


def score_trials(embeddings: EmbeddingSet, trials: Trials, backend: Backend | None = None) -> Scores:
    """Score every trial by a back-end: what is needed once per utterance, then the pairs.

    Each utterance is prepared once, however many trials it is in. A cosine is exact to 1e-7.

    Args:
        embeddings: Holds every utterance of the trials.
        trials: Pairs to score.
        backend: A fitted back-end; None compares the embeddings as they are.

    Returns:
        Scores in the order of the trials.

    Raises:
        InputError: An utterance has no embedding, or an embedding is zero or not finite.
    """
    rows = embeddings.row_numbers(trials.enroll), embeddings.row_numbers(trials.test)
    used = np.zeros(len(embeddings), dtype=np.bool_)
    used[rows[0]] = used[rows[1]] = True
    if (wrong := np.flatnonzero(used)[~usable_rows(embeddings.vectors[used])]).size:
        raise InputError(
            f"the embedding of {embeddings.utts[wrong[0]]!r} is zero or not finite ({wrong.size} such)"
        )
    return Scores(trials.enroll, trials.test, score_rows(embeddings, *rows, backend=backend))


def score_rows(
    embeddings: EmbeddingSet,
    enroll_rows: NDArray[np.int64],
    test_rows: NDArray[np.int64],
    *,
    backend: Backend | None = None,
) -> NDArray[np.float64]:
    """Score pairs of rows of an embedding set; only the rows that occur are read and prepared.

    Args:
        embeddings: (n, dim).
        enroll_rows: (trial,) row of each trial's enrolment side.
        test_rows: (trial,) row of each trial's test side.
        backend: A fitted back-end; None compares the embeddings as they are.

    Returns:
        (trial,) float64.

    Raises:
        InputError: What ``Backend.score_pairs`` refuses.
    """
    used = np.zeros(len(embeddings), dtype=np.bool_)
    used[enroll_rows] = used[test_rows] = True
    place = np.cumsum(used) - 1
    vectors = np.asarray(embeddings.vectors[used])
    return (backend or PlainCosine()).score_pairs(vectors, place[enroll_rows], place[test_rows])


def usable_rows(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Mark the vectors that have a direction: (n,), false where a row is zero or not finite."""
    usable = np.empty(len(vectors), dtype=np.bool_)
    for start in range(0, len(vectors), _CHECKED_ROWS):
        # One sum of squares tells both: NaN and infinity survive it, and float64 does not overflow.
        block = np.asarray(vectors[start : start + _CHECKED_ROWS], dtype=np.float64)
        squares = np.einsum("ij,ij->i", block, block)
        usable[start : start + _CHECKED_ROWS] = np.isfinite(squares) & (squares > 0)
    return usable


def transform_set(embeddings: EmbeddingSet, backend: Backend) -> EmbeddingSet:
    """Apply a fitted back-end to a whole set, e.g. before a cohort is made of it.

    Args:
        embeddings: (n, dim).
        backend: A fitted back-end.

    Returns:
        (n, dim') with the same utterances and meta, and the back-end's class under ``backend``.
    """
    vectors = backend.transform(embeddings.vectors).astype(np.float32)
    return EmbeddingSet(vectors, embeddings.utts, {**embeddings.meta, "backend": type(backend).__name__})


def align_scores(scores: Scores, trials: Trials) -> NDArray[np.float64]:
    """Return the scores in the order of the trials.

    Args:
        scores: At least one score per trial, in any order.
        trials: The trials.

    Returns:
        (trial,) float64.

    Raises:
        InputError: A trial has no score, or a pair has two different scores.
    """
    if scores.enroll == trials.enroll and scores.test == trials.test:
        return np.asarray(scores.values, dtype=np.float64)
    by_pair: dict[tuple[str, str], float] = {}
    for enroll, test, value in zip(scores.enroll, scores.test, scores.values.tolist(), strict=True):
        if by_pair.setdefault((enroll, test), value) != value:
            raise InputError(f"the pair {enroll} {test} has two different scores")
    pairs = list(zip(trials.enroll, trials.test, strict=True))
    if missing := [pair for pair in pairs if pair not in by_pair]:
        raise InputError(f"no score for {len(missing)} trials, the first is {' '.join(missing[0])}")
    return np.array([by_pair[pair] for pair in pairs])
