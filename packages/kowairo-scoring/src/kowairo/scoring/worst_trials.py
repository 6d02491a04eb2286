"""The trials that a system gets wrong by most, with the paths to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np

from kowairo.core import Corpus, InputError, Scores, Trials, atomic_path
from kowairo.scoring.trial_scores import align_scores


@dataclass(frozen=True)
class WorstTrial:
    """A trial and what is known of both sides."""

    error: Literal["miss", "false_alarm"]
    """A target with a low score, or a non-target with a high one."""
    score: float
    """The system's score."""
    enroll: str
    """Utterance of the enrolment side."""
    test: str
    """Utterance of the test side."""
    enroll_speaker: str
    """Speaker of the enrolment side."""
    test_speaker: str
    """Speaker of the test side."""
    enroll_path: str
    """Audio of the enrolment side; ``archive.tar#member`` in an archive."""
    test_path: str
    """Audio of the test side."""


def worst_trials(scores: Scores, trials: Trials, corpus: Corpus, *, n: int = 20) -> list[WorstTrial]:
    """The n targets with the lowest and the n non-targets with the highest scores.

    Args:
        scores: A score for every trial, in any order.
        trials: The trials.
        corpus: Audio and speakers of the trials' utterances.
        n: How many of each kind; fewer where there are fewer.

    Returns:
        The targets, worst first, then the non-targets, worst first; trials of equal scores in the order
        of the list.

    Raises:
        InputError: A score is missing, an utterance is not in the corpus, or ``n`` is below 1.
    """
    if n < 1:
        raise InputError(f"expected 1 worst trial or more, got {n}")
    values = align_scores(scores, trials)
    targets, nontargets = np.flatnonzero(trials.target), np.flatnonzero(~trials.target)
    lowest = targets[np.argsort(values[targets], kind="stable")[:n]]
    highest = nontargets[np.argsort(-values[nontargets], kind="stable")[:n]]
    chosen = [*lowest.tolist(), *highest.tolist()]
    return [_described(trials, corpus, index, float(values[index])) for index in chosen]


def write_worst_trials(path: Path | str, trials: Sequence[WorstTrial]) -> None:
    """Write the trials as a table with a header, columns separated by tabs, atomically.

    Args:
        path: The table.
        trials: Of ``worst_trials``.
    """
    header = [field.name for field in fields(WorstTrial)]
    rows = [[str(value) for value in astuple(trial)] for trial in trials]
    with atomic_path(path) as partial:
        partial.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")


def _described(trials: Trials, corpus: Corpus, index: int, score: float) -> WorstTrial:
    """Look both sides of a trial up."""
    enroll, test = trials.enroll[index], trials.test[index]
    if missing := [utt for utt in (enroll, test) if utt not in corpus.audio]:
        raise InputError(f"trial {enroll} {test}: {missing[0]!r} is not in the corpus")
    return WorstTrial(
        error="miss" if trials.target[index] else "false_alarm",
        score=score,
        enroll=enroll,
        test=test,
        enroll_speaker=corpus.utt2spk[enroll],
        test_speaker=corpus.utt2spk[test],
        enroll_path=str(corpus.audio[enroll]),
        test_path=str(corpus.audio[test]),
    )
