"""Files of a fixed number of columns (trials, scores), read and written in blocks of lines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column import Column, PlainColumn
from kowairo.core._fast import format_by_polars, split_by_polars
from kowairo.core.errors import InputError, TableError
from kowairo.core.lines import decoded_lines, split_columns

BLOCK_BYTES = 1 << 22
"""Read at a time: some sixty thousand trials. Larger blocks leave the caches and take a quarter longer."""
_BOM = b"\xef\xbb\xbf"
_NEWLINE, _SPACE = b"\n "


@dataclass(frozen=True, eq=False)
class ColumnBlock:
    """Some lines that follow each other."""

    lines: NDArray[np.int64]
    """(line,) number of each line in its file, from 1."""
    columns: Sequence[Column]
    """As many as the file has, each (line,)."""


def column_blocks(
    path: Path | str, *, count: int, complaint: Callable[[int], str], block_bytes: int = BLOCK_BYTES
) -> Iterator[ColumnBlock]:
    """Read a file of ``count`` columns, parted by runs of spaces and tabs.

    Blocks in which a single space parts the columns are split as a whole, by polars where it is installed;
    others line by line. The strings are the same.

    Args:
        path: UTF-8; blank lines, a byte order mark and CRLF are accepted.
        count: Number of columns.
        complaint: Makes the message about a line of so many columns.
        block_bytes: Size of a block, about; memory grows with it and not with the file.

    Yields:
        Blocks of one or more lines; what is in front of a wrong line is yielded before the error.

    Raises:
        InputError: There is no such file.
        TableError: A line has another number of columns, or is not UTF-8.
    """
    path = Path(path)
    for first, chunk in _chunks(path, block_bytes):
        columns = _split_whole(chunk, count)
        if columns is not None:
            yield ColumnBlock(np.arange(first, first + len(columns[0]), dtype=np.int64), columns)
        else:
            yield from _split_lines(path, chunk, first, count, complaint)


def format_lines(enroll: Column, test: Column, values: NDArray[np.float64]) -> bytes:
    """Write `enroll test value` lines whose values read back exactly."""
    lines = format_by_polars(enroll, test, values)
    if lines is not None:
        return lines
    rows = zip(enroll.texts(), test.texts(), values.tolist(), strict=True)
    return "".join([f"{left} {right} {value!r}\n" for left, right, value in rows]).encode("utf-8")


def _chunks(path: Path, block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Cut a file into whole lines: number of the first line, bytes with the last line end."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    first = 1
    with path.open("rb") as file:
        while chunk := file.read(block_bytes):
            if not chunk.endswith(b"\n"):
                chunk += file.readline()
            # The same lines for whoever splits them: a tab parts columns as a space does.
            for found, plain in ((b"\r\n", b"\n"), (b"\t", b" ")):
                chunk = chunk.replace(found, plain) if found in chunk else chunk
            chunk = chunk if chunk.endswith(b"\n") else chunk + b"\n"
            yield first, chunk.removeprefix(_BOM) if first == 1 else chunk
            first += chunk.count(b"\n")


def _split_whole(chunk: bytes, count: int) -> Sequence[Column] | None:
    """Split a block as a whole; None when it has a line that is not `one two three` or is not UTF-8."""
    data = np.frombuffer(chunk, dtype=np.uint8)
    marks = np.flatnonzero(data <= _SPACE)
    if len(marks) % count or marks[0] == 0 or (np.diff(marks) == 1).any():
        return None
    kinds = data[marks].reshape(-1, count)
    if (kinds[:, -1] != _NEWLINE).any() or (kinds[:, :-1] != _SPACE).any():
        return None
    columns = split_by_polars(chunk, count=count)
    if columns is not None:
        return columns
    try:
        texts = chunk.decode("utf-8").removesuffix("\n").replace("\n", " ").split(" ")
    except UnicodeDecodeError:
        return None
    return [PlainColumn(texts[column::count]) for column in range(count)]


def _split_lines(
    path: Path, chunk: bytes, first: int, count: int, complaint: Callable[[int], str]
) -> Iterator[ColumnBlock]:
    """Split a block line by line."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    error: TableError | None = None
    try:
        for number, line in decoded_lines(path, chunk.removesuffix(b"\n").split(b"\n"), first=first):
            row = split_columns(line)
            if len(row) != count:
                raise TableError(path, number, complaint(len(row)))
            numbers.append(number)
            rows.append(row)
    except TableError as wrong:
        error = wrong
    if rows:
        columns = [PlainColumn(column) for column in zip(*rows, strict=True)]
        yield ColumnBlock(np.array(numbers, dtype=np.int64), columns)
    if error is not None:
        raise error
