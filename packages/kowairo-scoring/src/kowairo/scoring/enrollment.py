"""Speakers enrolled with several utterances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.backend import Backend
from kowairo.scoring.plain_cosine import PlainCosine

EnrollmentMethod = Literal["mean", "concat", "max", "top_k"]
ModelScorer = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
"""From (trial,) rows of models and (trial,) rows of tests to (trial,) scores."""
_BLOCK_PAIRS = 1 << 20  # 8 MB of scores


@dataclass(frozen=True)
class Enrollment:
    """How several enrolment utterances of one speaker become one score.

    Raises:
        InputError: An unknown method, or ``top_k`` below 1.
    """

    method: EnrollmentMethod = "mean"
    """``mean``: one model, by ``Backend.enroll``: the direction of the mean of unit vectors for a cosine, the
    ratio given n utterances for PLDA. ``concat``: one model from the mean of the raw embeddings weighted by
    duration, an estimate of what the joined audio would give (for exactly that, embed the joined audio).
    ``max``: the best score of the utterances. ``top_k``: the mean of the k best scores."""
    top_k: int = 3
    """Scores that ``top_k`` averages; a speaker with fewer utterances uses all."""

    def __post_init__(self) -> None:
        if self.method not in get_args(EnrollmentMethod):
            raise InputError(f"expected method mean, concat, max or top_k, got {self.method!r}")
        if self.top_k < 1:
            raise InputError(f"expected top_k of at least 1, got {self.top_k}")


def score_enrolled(
    embeddings: EmbeddingSet,
    trials: Trials,
    spk2enroll: Mapping[str, Sequence[str]],
    *,
    backend: Backend | None = None,
    enrollment: Enrollment | None = None,
    utt2dur: Mapping[str, float] | None = None,
) -> Scores:
    """Score trials whose enrolment side names a model of several utterances.

    Args:
        embeddings: Holds every enrolment and test utterance.
        trials: Pairs of a model of ``spk2enroll`` and a test utterance.
        spk2enroll: Enrolment utterances of each model.
        backend: A fitted back-end; None compares the embeddings as they are.
        enrollment: How utterances are joined; None takes ``Enrollment()``.
        utt2dur: Duration of the enrolment utterances in seconds; ``concat`` needs it.

    Returns:
        Scores in the order of the trials.

    Raises:
        InputError: A model is not in the table or has no or a repeated utterance, an utterance has no
            embedding, a duration is missing, or a test utterance is among its model's enrolment utterances.
    """
    models = {name: number for number, name in enumerate(dict.fromkeys(trials.enroll))}
    _check_models(trials, models, spk2enroll)
    utts = sorted({utt for name in models for utt in spk2enroll[name]} | set(trials.test))
    row = {utt: number for number, utt in enumerate(utts)}
    groups = [np.array([row[utt] for utt in spk2enroll[name]]) for name in models]
    enrolled = sorted({int(number) for group in groups for number in group})
    scorer = model_scorer(
        backend or PlainCosine(),
        embeddings.rows(utts),
        groups,
        enrollment=enrollment or Enrollment(),
        durations_s=None if utt2dur is None else _durations(utts, enrolled, utt2dur),
    )
    model_rows = np.array([models[name] for name in trials.enroll], dtype=np.int64)
    test_rows = np.array([row[utt] for utt in trials.test], dtype=np.int64)
    return Scores(trials.enroll, trials.test, scorer(model_rows, test_rows))


def model_scorer(
    backend: Backend,
    vectors: ArrayLike,
    groups: Sequence[NDArray[np.int64]],
    *,
    enrollment: Enrollment,
    durations_s: NDArray[np.float64] | None = None,
) -> ModelScorer:
    """Prepare models once, to score any number of blocks of trials.

    Args:
        backend: Fitted.
        vectors: (n, dim) embeddings of enrolment and test utterances.
        groups: Rows of each model's utterances.
        enrollment: How they are joined.
        durations_s: (n,) seconds, read for the rows in ``groups`` by ``concat`` only.

    Returns:
        A function of model rows and test rows.

    Raises:
        InputError: A group is empty, ``concat`` without durations, or what ``Backend.prepare`` refuses.
    """
    for number, group in enumerate(groups):
        if len(group) == 0:
            raise InputError(f"expected at least one enrolment utterance per model, model {number} has none")
    prepared = backend.prepare(vectors)
    if enrollment.method == "mean":
        return partial(backend.score_models, backend.enroll(prepared, groups), prepared)
    if enrollment.method == "concat":
        joined = _joined_vectors(as_matrix(vectors, name="vectors"), groups, durations_s)
        singles = [np.array([number]) for number in range(len(groups))]
        return partial(backend.score_models, backend.enroll(backend.prepare(joined), singles), prepared)
    return _BestScores(backend, prepared, groups, count=1 if enrollment.method == "max" else enrollment.top_k)


class _BestScores:
    """Mean of the best ``count`` scores of a model's utterances."""

    def __init__(
        self,
        backend: Backend,
        prepared: NDArray[np.float64],
        groups: Sequence[NDArray[np.int64]],
        *,
        count: int,
    ) -> None:
        self.backend = backend
        self.prepared = prepared
        self.count = count
        self.sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.members = np.concatenate(groups) if groups else np.empty(0, dtype=np.int64)

    def __call__(self, model_rows: NDArray[np.int64], test_rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Score (trial,) models against (trial,) tests in blocks of a bounded number of pairs."""
        scores = np.empty(len(model_rows))
        step = max(1, _BLOCK_PAIRS // max(1, int(self.sizes.max(initial=1))))
        for start in range(0, len(model_rows), step):
            block = slice(start, start + step)
            scores[block] = self._block(model_rows[block], test_rows[block])
        return scores

    def _block(self, model_rows: NDArray[np.int64], test_rows: NDArray[np.int64]) -> NDArray[np.float64]:
        sizes, starts = self.sizes[model_rows], self.starts[model_rows]
        columns: NDArray[np.int64] = np.arange(sizes.max())
        used: NDArray[np.bool_] = columns < sizes[:, None]  # (trial, utterance)
        enroll = self.members[np.add.outer(starts, columns)[used]]
        scores = np.full(used.shape, -np.inf)
        scores[used] = self.backend.score_prepared(self.prepared, enroll, np.repeat(test_rows, sizes))
        best = -np.partition(-scores, min(self.count, len(columns)) - 1, axis=1)[:, : self.count]
        kept = np.isfinite(best)  # of fewer utterances than count, all
        means: NDArray[np.float64] = np.where(kept, best, 0.0).sum(axis=1) / kept.sum(axis=1)
        return means


def _joined_vectors(
    vectors: NDArray[np.float64],
    groups: Sequence[NDArray[np.int64]],
    durations_s: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Average the raw embeddings of each group, weighted by duration: (group, dim)."""
    if durations_s is None:
        raise InputError("concat weights utterances by duration; give utt2dur, or take the method mean")
    if len(durations_s) != len(vectors):
        raise InputError(f"expected one duration per embedding, got {len(durations_s)} for {len(vectors)}")
    joined = np.empty((len(groups), vectors.shape[1]))
    for number, group in enumerate(groups):
        weights = durations_s[group]
        if not (np.isfinite(weights).all() and (weights > 0).all()):
            raise InputError(f"expected durations above 0 s, model {number} has {weights.min()} s")
        joined[number] = weights @ vectors[group] / weights.sum()
    return joined


def _durations(
    utts: Sequence[str], enrolled: Sequence[int], utt2dur: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return (n,) durations of the enrolment utterances, NaN for the others."""
    durations = np.full(len(utts), np.nan)
    for number in enrolled:
        if utts[number] not in utt2dur:
            raise InputError(f"no duration of enrolment utterance {utts[number]!r} in utt2dur")
        durations[number] = utt2dur[utts[number]]
    return durations


def _check_models(trials: Trials, models: Mapping[str, int], spk2enroll: Mapping[str, Sequence[str]]) -> None:
    """Refuse models without or with repeated utterances, and trials of a model with its own utterance."""
    if missing := [name for name in models if not spk2enroll.get(name)]:
        raise InputError(
            f"no enrolment utterances of model {missing[0]!r} in spk2enroll ({len(missing)} missing)"
        )
    members = {name: frozenset(spk2enroll[name]) for name in models}
    for name, utts in members.items():
        if len(utts) != len(spk2enroll[name]):
            raise InputError(f"model {name!r} names an enrolment utterance twice")
    for enroll, test in zip(trials.enroll, trials.test, strict=True):
        if test in members[enroll]:
            raise InputError(f"trial {enroll} {test}: the test is one of the model's enrolment utterances")
