"""Trial lists and score files, joined by key; errors name file and line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from kowairo.core import (
    InputError,
    Scores,
    TableError,
    Trials,
    read_lines,
    read_scores,
    read_trial_pair,
    read_trials,
)

_log = logging.getLogger(__name__)


def read_trial_files(trials: Path, nontarget_trials: Path | None = None) -> Trials:
    """Read a trial list of any convention.

    Args:
        trials: Labelled list, or with the other one the targets alone (`enroll<TAB>test`).
        nontarget_trials: The non-targets of a list that comes as two files.

    Returns:
        The trials.
    """
    return read_trials(trials) if nontarget_trials is None else read_trial_pair(trials, nontarget_trials)


def read_scored_trials(
    scores: Path, trials: Path, nontarget_trials: Path | None = None, *, skip_missing: bool = False
) -> tuple[Scores, Trials]:
    """Read scores and the trials that they are of, whatever the order of either.

    Args:
        scores: Score file.
        trials: As of `read_trial_files`.
        nontarget_trials: As of `read_trial_files`.
        skip_missing: Leave out and count trials without a score.

    Returns:
        The scores, and the trials that have one.

    Raises:
        TableError: A trial has no score.
        InputError: No trial has one.
    """
    found, listed = read_scores(scores), read_trial_files(trials, nontarget_trials)
    if found.enroll == listed.enroll and found.test == listed.test:
        return found, listed
    scored = set(zip(found.enroll, found.test, strict=True))
    pairs = list(zip(listed.enroll, listed.test, strict=True))
    kept = [row for row, pair in enumerate(pairs) if pair in scored]
    if len(kept) == len(pairs):
        return found, listed
    if not skip_missing:
        first = next(row for row, pair in enumerate(pairs) if pair not in scored)
        place = trial_place(first, trials, nontarget_trials)
        raise TableError(*place, f"no score of {' '.join(pairs[first])} in {scores}")
    if not kept:
        raise InputError(f"{scores}: has no score of any trial of {trials}")
    _log.info(
        "%s: %d of %d trials have no score and are left out", scores, len(pairs) - len(kept), len(pairs)
    )
    return found, take_trials(listed, kept)


def take_trials(trials: Trials, rows: list[int]) -> Trials:
    """Keep some trials, in the given order."""
    enroll, test = [trials.enroll[row] for row in rows], [trials.test[row] for row in rows]
    return Trials(enroll, test, trials.target[rows])


def trial_place(row: int, trials: Path, nontarget_trials: Path | None = None) -> tuple[Path, int]:
    """Find the file and the line number of a trial, for a message.

    Args:
        row: Number of the trial from 0.
        trials: As of `read_trial_files`.
        nontarget_trials: As of `read_trial_files`.
    """
    numbers = [(trials, number) for number, _ in islice(read_lines(trials), row + 1)]
    if len(numbers) <= row and nontarget_trials is not None:
        return trial_place(row - len(numbers), nontarget_trials)
    return numbers[-1]


@contextmanager
def blaming(path: Path) -> Iterator[None]:
    """Put a file's name before a message that names no file.

    Args:
        path: The file that an error in the block is about.
    """
    try:
        yield
    except InputError as error:
        if isinstance(error, TableError) or str(path) in str(error):
            raise
        raise InputError(f"{path}: {error}") from error
