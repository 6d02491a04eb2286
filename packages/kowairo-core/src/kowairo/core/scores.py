"""Scores of trials."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column import PlainColumn
from kowairo.core._column_blocks import format_lines
from kowairo.core.errors import InputError
from kowairo.core.files import atomic_path
from kowairo.core.score_blocks import iter_score_blocks

_WRITTEN_LINES = 1 << 20


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
    values = [np.empty(0, dtype=np.float64)]
    known: dict[str, str] = {}
    for block in iter_score_blocks(path):
        left, right = block.enroll.texts(), block.test.texts()
        enroll.extend(map(known.setdefault, left, left))
        test.extend(map(known.setdefault, right, right))
        values.append(block.values)
    return Scores(enroll, test, np.concatenate(values))


def write_scores(path: Path | str, scores: Scores) -> None:
    """Write `enroll test score` lines atomically.

    Scores are written so that they read back exactly: rounding would make ties, and ties move the EER.

    Args:
        path: The score file.
        scores: What to write.
    """
    with atomic_path(path) as partial, partial.open("wb") as file:
        for start in range(0, len(scores), _WRITTEN_LINES):
            part = slice(start, start + _WRITTEN_LINES)
            sides = PlainColumn(scores.enroll[part]), PlainColumn(scores.test[part])
            file.write(format_lines(*sides, scores.values[part]))
