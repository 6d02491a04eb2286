"""Verification trials: pairs of an enrolment and a test, same speaker or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core.errors import InputError, TableError
from kowairo.core.files import atomic_path
from kowairo.core.lines import read_lines, split_columns

_LABELS = {"target": True, "nontarget": False}
_DIGITS = {"1": True, "0": False}


@dataclass(frozen=True, eq=False)
class Trials:
    """A list of trials, in the order of its file.

    Raises:
        InputError: The columns differ in length.
    """

    enroll: list[str]
    """Enrolment id of each trial."""
    test: list[str]
    """Test id of each trial."""
    target: NDArray[np.bool_]
    """(trial,), true where both are one speaker."""

    def __post_init__(self) -> None:
        if not len(self.enroll) == len(self.test) == len(self.target):
            raise InputError(
                f"trials need columns of equal length, got {len(self.enroll)} enrolments, "
                f"{len(self.test)} tests and {len(self.target)} labels"
            )

    def __len__(self) -> int:
        return len(self.enroll)

    def __iter__(self) -> Iterator[tuple[str, str, bool]]:
        """Yield enrolment, test and label of each trial."""
        return zip(self.enroll, self.test, self.target.tolist(), strict=True)


def read_trials(path: Path | str) -> Trials:
    """Read a trial list: `enroll test target|nontarget`, or `1|0 enroll test` (VoxCeleb).

    The first line decides which of the two it is, so that an utterance may be called `1`.

    Args:
        path: The list.

    Returns:
        The trials in file order.

    Raises:
        InputError: There is no such file, or it holds no trial.
        TableError: A line does not follow the layout.
    """
    enroll: list[str] = []
    test: list[str] = []
    target: list[bool] = []
    label_first: bool | None = None
    for number, line in read_lines(path):
        columns = split_columns(line)
        if label_first is None:
            label_first = columns[-1] not in _LABELS and columns[0] in _DIGITS
        if len(columns) != 3:
            raise TableError(path, number, f"expected 3 columns, got {len(columns)}")
        label = columns.pop(0 if label_first else 2)
        known = _DIGITS if label_first else _LABELS
        if label not in known:
            raise TableError(path, number, f"label {label!r} is none of {', '.join(known)}")
        enroll.append(columns[0])
        test.append(columns[1])
        target.append(known[label])
    if not enroll:
        raise InputError(f"{path}: no trial in it")
    return Trials(enroll, test, np.array(target, dtype=np.bool_))


def read_trial_pair(target_path: Path | str, nontarget_path: Path | str) -> Trials:
    """Read trials from two files of `enroll<TAB>test`: same-speaker pairs and different-speaker pairs.

    Args:
        target_path: Pairs of one speaker, as `tar-enroll-test.txt`.
        nontarget_path: Pairs of two speakers, as `imp-enroll-test.txt`.

    Returns:
        The targets, then the non-targets.

    Raises:
        InputError: A file is missing.
        TableError: A line has not two columns separated by a tab.
    """
    targets = _read_pairs(target_path)
    nontargets = _read_pairs(nontarget_path)
    pairs = targets + nontargets
    labels = np.arange(len(pairs)) < len(targets)
    return Trials([pair[0] for pair in pairs], [pair[1] for pair in pairs], labels)


def _read_pairs(path: Path | str) -> list[tuple[str, str]]:
    pairs = []
    for number, line in read_lines(path):
        columns = line.split("\t")
        if len(columns) != 2:
            raise TableError(path, number, f"expected `enroll<TAB>test`, got {len(columns)} columns")
        pairs.append((columns[0], columns[1]))
    return pairs


def write_trials(path: Path | str, trials: Trials) -> None:
    """Write `enroll test target|nontarget` lines atomically, in the order of the list.

    Args:
        path: The list.
        trials: What to write.
    """
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for enroll, test, target in trials:
            file.write(f"{enroll} {test} {'target' if target else 'nontarget'}\n")
