"""Scores of a trial list, and the matching of scores to trials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring.backend import Backend
from kowairo.scoring.cosine import length_normalize, pair_scores
from kowairo.scoring.plain_cosine import PlainCosine


def score_trials(embeddings: EmbeddingSet, trials: Trials, backend: Backend | None = None) -> Scores:
    """Score every trial: back-end transform, then the cosine.

    Each utterance is transformed once, however many trials it is in; pairs are gathered in blocks.

    Args:
        embeddings: Holds every utterance of the trials.
        trials: Pairs to score.
        backend: A fitted back-end; None compares the embeddings as they are.

    Returns:
        Scores in the order of the trials.

    Raises:
        InputError: An utterance has no embedding, or an embedding is zero or not finite.
    """
    utts = sorted(set(trials.enroll) | set(trials.test))
    vectors = length_normalize((backend or PlainCosine()).transform(embeddings.rows(utts)))
    row = {utt: i for i, utt in enumerate(utts)}
    values = pair_scores(vectors, _rows(trials.enroll, row), _rows(trials.test, row))
    return Scores(trials.enroll, trials.test, np.clip(values, -1.0, 1.0))


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


def _rows(utts: Sequence[str], row: dict[str, int]) -> NDArray[np.int64]:
    """Translate utterance ids to row numbers."""
    return np.fromiter((row[utt] for utt in utts), dtype=np.int64, count=len(utts))
