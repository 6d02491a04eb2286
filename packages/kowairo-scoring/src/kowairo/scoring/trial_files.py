"""Trial lists of any length, scored from file to file."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, TableError, TrialBlock, iter_trial_blocks, score_writer
from kowairo.scoring.backend import Backend
from kowairo.scoring.enrollment import Enrollment, model_scorer
from kowairo.scoring.plain_cosine import PlainCosine
from kowairo.scoring.trial_scores import score_rows, usable_rows

_BLOCK_BYTES = 1 << 22  # some sixty thousand trials: larger blocks leave the caches


@dataclass(frozen=True)
class TrialCounts:
    """What became of the trials of a list."""

    num_scored: int
    """Trials with a score in the file."""
    num_missing: int
    """Trials left out because one side has no embedding (or a model has no utterances)."""
    num_unusable: int
    """Trials left out because the embedding of one side is zero or not finite."""


@dataclass(frozen=True, eq=False)
class _Side:
    """Where the ids of one side of a trial are looked up."""

    rows: Mapping[str, int]
    """Row of each id that can be scored."""
    present: Container[str]
    """Ids that are there, usable or not."""


@dataclass(frozen=True, eq=False)
class _Scorer:
    """How two ids become a score."""

    enroll: _Side
    test: _Side
    score: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
    own_tests: NDArray[np.int64]
    """`enrolment row * number of test rows + test row` of each model's own utterances."""


def score_trial_file(
    embeddings: EmbeddingSet,
    trials_path: Path | str,
    out: Path | str,
    *,
    backend: Backend | None = None,
    skip_missing: bool = False,
    spk2enroll: Mapping[str, Sequence[str]] | None = None,
    enrollment: Enrollment | None = None,
    utt2dur: Mapping[str, float] | None = None,
    block_bytes: int = _BLOCK_BYTES,
) -> TrialCounts:
    """Score a trial list into a score file, block by block: memory does not grow with the trials.

    Args:
        embeddings: Vectors of the utterances; may be memory-mapped.
        trials_path: `enroll test target|nontarget` or `1|0 enroll test`.
        out: `enroll test score`, in the order of the list, at full precision.
        backend: A fitted back-end; None compares the embeddings as they are.
        skip_missing: Leave out and count the trials with a side that has no usable embedding.
        spk2enroll: Enrolment utterances by model, where the enrolment side names models.
        enrollment: How a model's utterances are joined; None takes ``Enrollment()``.
        utt2dur: Seconds by utterance, which ``concat`` needs.
        block_bytes: Bytes of the list in a block, about.

    Returns:
        How many trials were scored and left out.

    Raises:
        InputError: There is no such list, ``out`` is the list, or what the back-end refuses.
        TableError: A line is no trial; without ``skip_missing``, a side has no usable embedding; or the test
            is one of its model's enrolment utterances.
    """
    if Path(out).exists() and Path(trials_path).exists() and Path(out).samefile(trials_path):
        raise InputError(f"{out}: the scores would replace the trial list; choose another name")
    if spk2enroll is None:
        scorer = _utterance_scorer(embeddings, backend)
    else:
        scorer = _model_scorer(embeddings, backend, spk2enroll, enrollment or Enrollment(), utt2dur)
    scored = missing = unusable = 0
    with score_writer(out) as write:
        for block in iter_trial_blocks(trials_path, block_bytes=block_bytes):
            enroll, test = block.rows(scorer.enroll.rows, scorer.test.rows)
            known = (enroll >= 0) & (test >= 0)
            if not (skip_missing or known.all()):
                raise _no_embedding(trials_path, block, scorer, ~known)
            if not known.all():
                absent = _count_absent(block.take(~known), scorer)
                missing, unusable = missing + absent, unusable + int((~known).sum()) - absent
                block, enroll, test = block.take(known), enroll[known], test[known]
            _refuse_own_tests(trials_path, block, enroll * len(scorer.test.rows) + test, scorer)
            if len(block):
                write(block, scorer.score(enroll, test))
            scored += len(block)
    return TrialCounts(scored, missing, unusable)


def _utterance_scorer(embeddings: EmbeddingSet, backend: Backend | None) -> _Scorer:
    usable = usable_rows(embeddings.vectors)
    rows = embeddings.index
    if not usable.all():
        rows = {utt: row for utt, row in rows.items() if usable[row]}
    side = _Side(rows, embeddings.index)
    return _Scorer(side, side, partial(score_rows, embeddings, backend=backend), np.empty(0, dtype=np.int64))


def _model_scorer(
    embeddings: EmbeddingSet,
    backend: Backend | None,
    spk2enroll: Mapping[str, Sequence[str]],
    enrollment: Enrollment,
    utt2dur: Mapping[str, float] | None,
) -> _Scorer:
    kept = np.flatnonzero(usable_rows(embeddings.vectors))
    names = [embeddings.utts[row] for row in kept.tolist()]
    tests = {utt: row for row, utt in enumerate(names)}
    models = [model for model, utts in spk2enroll.items() if utts and all(utt in tests for utt in utts)]
    groups = [np.array([tests[utt] for utt in spk2enroll[model]], dtype=np.int64) for model in models]
    durations = None if utt2dur is None else np.array([utt2dur.get(utt, np.nan) for utt in names])
    score = model_scorer(
        backend or PlainCosine(),
        embeddings.vectors[kept],
        groups,
        enrollment=enrollment,
        durations_s=durations,
    )
    present = {
        model for model, utts in spk2enroll.items() if utts and all(utt in embeddings.index for utt in utts)
    }
    own = [np.empty(0, dtype=np.int64), *(row * len(names) + group for row, group in enumerate(groups))]
    rows = {model: row for row, model in enumerate(models)}
    return _Scorer(_Side(rows, present), _Side(tests, embeddings.index), score, np.concatenate(own))


def _count_absent(block: TrialBlock, scorer: _Scorer) -> int:
    """Count the trials that have a side without any embedding."""
    ids = zip(block.enroll.texts(), block.test.texts(), strict=True)
    return sum(enroll not in scorer.enroll.present or test not in scorer.test.present for enroll, test in ids)


def _no_embedding(
    path: Path | str, block: TrialBlock, scorer: _Scorer, unknown: NDArray[np.bool_]
) -> TableError:
    """Say which id of the first unknown trial cannot be scored, and why."""
    first = block.take(unknown & (np.cumsum(unknown) == 1))
    (enroll,), (test,) = first.enroll.texts(), first.test.texts()
    name, side = (test, scorer.test) if enroll in scorer.enroll.rows else (enroll, scorer.enroll)
    problem = "is zero or not finite" if name in side.present else "is missing"
    return TableError(path, int(first.lines[0]), f"the embedding of {name!r} {problem}")


def _refuse_own_tests(path: Path | str, block: TrialBlock, pairs: NDArray[np.int64], scorer: _Scorer) -> None:
    own = np.isin(pairs, scorer.own_tests) if scorer.own_tests.size else np.zeros(0, dtype=np.bool_)
    if own.any():
        line = int(block.lines[np.argmax(own)])
        raise TableError(path, line, "the test is one of the model's enrolment utterances")
