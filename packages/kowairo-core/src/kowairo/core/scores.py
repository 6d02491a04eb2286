"""Scores of trials."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core.errors import InputError, TableError
from kowairo.core.files import atomic_path
from kowairo.core.lines import read_lines, split_columns


@dataclass(frozen=True, eq=False)
class Scores:
    """One score per trial, in the order of the trial list.

    Raises:
        InputError: The columns differ in length.
    """

    enroll: list[str]
    """Enrolment id of each trial."""
    test: list[str]
    """Test id of each trial."""
    values: NDArray[np.float64]
    """(trial,), higher means more likely the same speaker."""

    def __post_init__(self) -> None:
        if not len(self.enroll) == len(self.test) == len(self.values):
            raise InputError(
                f"scores need columns of equal length, got {len(self.enroll)} enrolments, "
                f"{len(self.test)} tests and {len(self.values)} values"
            )

    def __len__(self) -> int:
        return len(self.enroll)


def read_scores(path: Path | str) -> Scores:
    """Read `enroll test score` lines.

    Args:
        path: The score file.

    Returns:
        The scores in file order.

    Raises:
        InputError: There is no such file.
        TableError: A line has not three columns, or its score is not a finite number.
    """
    enroll: list[str] = []
    test: list[str] = []
    values: list[float] = []
    for number, line in read_lines(path):
        columns = split_columns(line)
        if len(columns) != 3:
            raise TableError(path, number, f"expected `enroll test score`, got {len(columns)} columns")
        enroll.append(columns[0])
        test.append(columns[1])
        values.append(_finite(path, number, columns[2]))
    return Scores(enroll, test, np.array(values, dtype=np.float64))


def _finite(path: Path | str, number: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TableError(path, number, f"score {text!r} is not a finite number")
    return value


def write_scores(path: Path | str, scores: Scores) -> None:
    """Write `enroll test score` lines atomically.

    Scores are written so that they read back exactly: rounding would make ties, and ties move the EER.

    Args:
        path: The score file.
        scores: What to write.
    """
    columns = zip(scores.enroll, scores.test, scores.values.tolist(), strict=True)
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{enroll} {test} {value!r}\n" for enroll, test, value in columns)
