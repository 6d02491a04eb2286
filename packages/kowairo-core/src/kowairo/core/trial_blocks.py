"""Trial lists that are read, and their scores that are written, block by block: any size fits in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column import Column
from kowairo.core._column_blocks import BLOCK_BYTES, ColumnBlock, column_blocks, format_lines
from kowairo.core.errors import InputError, TableError
from kowairo.core.files import atomic_path

_LABELS = {"target": True, "nontarget": False}
_DIGITS = {"1": True, "0": False}


@dataclass(frozen=True, eq=False)
class TrialBlock:
    """Some trials of a list that follow each other; ids become strings only when they are asked for."""

    lines: NDArray[np.int64]
    """(trial,) number of each trial's line in its file, from 1."""
    enroll: Column
    """Enrolment ids."""
    test: Column
    """Test ids."""
    target: NDArray[np.bool_]
    """(trial,), true where both are one speaker."""

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, kept: NDArray[np.bool_]) -> "TrialBlock":
        """Keep the trials that are marked in ``kept``, (trial,)."""
        return TrialBlock(self.lines[kept], self.enroll.take(kept), self.test.take(kept), self.target[kept])

    def rows(
        self, enroll_index: Mapping[str, int], test_index: Mapping[str, int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Look both sides up.

        Args:
            enroll_index: Row by enrolment id.
            test_index: Row by test id.

        Returns:
            Rows of enrolments and of tests, (trial,) int64 each; -1 for an id that is not in the index.
        """
        return self.enroll.numbers(enroll_index), self.test.numbers(test_index)


def iter_trial_blocks(path: Path | str, *, block_bytes: int = BLOCK_BYTES) -> Iterator[TrialBlock]:
    """Read a trial list block by block.

    Args:
        path: `enroll test target|nontarget`, or `1|0 enroll test` (VoxCeleb); the first line decides which.
        block_bytes: Bytes of the file in a block, about. Memory grows with it and not with the list.

    Yields:
        Blocks in file order, one at least.

    Raises:
        InputError: There is no such file, or it holds no trial.
        TableError: A line does not follow the layout.
    """
    label_column = None
    for block in column_blocks(path, count=3, complaint=_complaint, block_bytes=block_bytes):
        if label_column is None:
            first = [column.texts()[0] for column in block.columns]
            label_column = 0 if first[-1] not in _LABELS and first[0] in _DIGITS else 2
        yield _labelled(path, block, label_column)
    if label_column is None:
        raise InputError(f"{path}: no trial in it")


ScoreWriter = Callable[[TrialBlock, NDArray[np.float64]], None]


@contextmanager
def score_writer(path: Path | str) -> Iterator[ScoreWriter]:
    """Write `enroll test score` lines block by block; the file appears when the block ends well.

    Args:
        path: The score file.

    Yields:
        A function of a block of trials and its scores, (trial,) float64.
    """
    with atomic_path(path) as partial, partial.open("wb") as file:

        def write(block: TrialBlock, values: NDArray[np.float64]) -> None:
            file.write(format_lines(block.enroll, block.test, values))

        yield write


def _complaint(columns: int) -> str:
    return f"expected 3 columns, got {columns}"


def _labelled(path: Path | str, block: ColumnBlock, label_column: int) -> TrialBlock:
    known = _DIGITS if label_column == 0 else _LABELS
    labels = block.columns[label_column]
    one, other = known
    target = labels.equal_to(one)
    wrong = ~(target | labels.equal_to(other))
    if wrong.any():
        place = int(np.argmax(wrong))
        label = labels.texts()[place]
        raise TableError(path, int(block.lines[place]), f"label {label!r} is none of {', '.join(known)}")
    enroll, test = (column for number, column in enumerate(block.columns) if number != label_column)
    return TrialBlock(block.lines, enroll, test, target)
