"""Score files that are read and written block by block: any size fits in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column import Column
from kowairo.core._column_blocks import BLOCK_BYTES, column_blocks, format_lines
from kowairo.core.errors import TableError


@dataclass(frozen=True, eq=False)
class ScoreBlock:
    """Some scores of a file that follow each other; ids become strings only when they are asked for."""

    lines: NDArray[np.int64]
    """(trial,) number of each score's line in its file, from 1."""
    enroll: Column
    """Enrolment ids."""
    test: Column
    """Test ids."""
    values: NDArray[np.float64]
    """(trial,), finite."""

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, kept: NDArray[np.bool_]) -> "ScoreBlock":
        """Keep the scores that are marked in ``kept``, (trial,)."""
        sides = self.enroll.take(kept), self.test.take(kept)
        return ScoreBlock(self.lines[kept], *sides, self.values[kept])

    def formatted(self, values: NDArray[np.float64]) -> bytes:
        """Make the `enroll test score` lines of the same trials with other scores, (trial,) float64."""
        return format_lines(self.enroll, self.test, values)


def iter_score_blocks(path: Path | str, *, block_bytes: int = BLOCK_BYTES) -> Iterator[ScoreBlock]:
    """Read `enroll test score` lines block by block.

    Args:
        path: The score file.
        block_bytes: Bytes of the file in a block, about. Memory grows with it and not with the file.

    Yields:
        Blocks in file order; none if the file is empty.

    Raises:
        InputError: There is no such file.
        TableError: A line has not three columns, or its score is not a finite number.
    """
    for block in column_blocks(path, count=3, complaint=_complaint, block_bytes=block_bytes):
        enroll, test, scores = block.columns
        values = scores.floats()
        if not np.isfinite(values).all():
            place = int(np.argmin(np.isfinite(values)))
            text = scores.texts()[place]
            raise TableError(path, int(block.lines[place]), f"score {text!r} is not a finite number")
        yield ScoreBlock(block.lines, enroll, test, values)


def _complaint(columns: int) -> str:
    return f"expected `enroll test score`, got {columns} columns"
