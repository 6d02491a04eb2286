"""Tables of millions of lines that stay bytes until a line is asked for."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core._byte_lines import KeyedLines, key_order, keyed_lines, neighbour_order, read_buffer
from kowairo.core.errors import InputError, TableError
from kowairo.core.lines import read_lines, split_columns
from kowairo.core.string_array import StringArray

_DECODED_LINES = 1 << 16
_DECODED_BYTES = 1 << 26  # lines of a file in another order lie far apart: decode them one by one


class TextTable(Mapping[str, str]):
    """A `key value` table in memory as it is on disk, with the place of each line.

    Behaves as the dict of `read_table`, sorted by key (C locale). It costs the file and 24 bytes a line,
    where a dict costs some 200, and is there five to ten times sooner; in turn each look-up is a binary
    search and makes its string anew. Take `to_dict` to look up many keys.

    Args:
        lines: What `TextTable.read` found: keys distinct and sorted.
    """

    def __init__(self, lines: KeyedLines) -> None:
        self._lines = lines

    @classmethod
    def read(cls, path: Path | str) -> "TextTable":
        """Read a table; what is accepted is what `read_table` accepts.

        Args:
            path: UTF-8, any order, with or without byte order mark and CRLF.

        Returns:
            The table, sorted.

        Raises:
            InputError: There is no such file.
            TableError: A key stands twice, a value is missing, or a line is not UTF-8 text.
        """
        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        lines = keyed_lines(*read_buffer(path))
        if lines is None:
            raise _first_error(path)
        ordered, equal = neighbour_order(lines.data, lines.key_start, lines.key_size)
        if not ordered:
            lines = lines.take(key_order(lines))
            _, equal = neighbour_order(lines.data, lines.key_start, lines.key_size)
        if equal.any():
            raise _first_error(path)
        return cls(lines)

    def __len__(self) -> int:
        return len(self._lines.key_start)

    def __iter__(self) -> Iterator[str]:
        yield from self._texts(self._lines.key_start, self._lines.key_size)

    def __getitem__(self, key: str) -> str:
        wanted = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else b""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._key(middle) < wanted else (low, middle)
        if low == len(self) or self._key(low) != wanted:
            raise KeyError(key)
        start = int(self._lines.value_start[low])
        return self._lines.data[start : start + int(self._lines.value_size[low])].tobytes().decode("utf-8")

    def to_dict(self) -> dict[str, str]:
        """Return all keys and values as strings, sorted by key."""
        values = self._texts(self._lines.value_start, self._lines.value_size)
        return dict(zip(self, values, strict=True))

    @property
    def key_strings(self) -> StringArray:
        """The keys, sorted; they share the table's memory."""
        return StringArray(self._lines.data, self._lines.key_start, self._lines.key_size)

    @property
    def value_strings(self) -> StringArray:
        """The values in the order of the keys; they share the table's memory."""
        return StringArray(self._lines.data, self._lines.value_start, self._lines.value_size)

    def value_codes(self) -> tuple[list[str], NDArray[np.int64]]:
        """Number the values, as a table of few speakers and many utterances wants it.

        Returns:
            The distinct values, sorted, and the number in that list of each line's value, (line,) int64 in
            the order of the keys. A string is made per run of equal values, not per line.
        """
        lines = self._lines
        if not len(self):
            return [], np.empty(0, dtype=np.int64)
        _, equal = neighbour_order(lines.data, lines.value_start, lines.value_size)
        heads = np.concatenate(([0], np.flatnonzero(~equal) + 1))
        run_values = list(self._texts(lines.value_start[heads], lines.value_size[heads]))
        names = sorted(set(run_values))
        number = {name: code for code, name in enumerate(names)}
        codes = np.fromiter((number[value] for value in run_values), np.int64, count=len(run_values))
        return names, np.repeat(codes, np.diff(np.append(heads, len(self))))

    def _key(self, line: int) -> bytes:
        start = int(self._lines.key_start[line])
        return self._lines.data[start : start + int(self._lines.key_size[line])].tobytes()

    def _texts(self, starts: NDArray[np.int64], sizes: NDArray[np.uint32]) -> Iterator[str]:
        for first in range(0, len(starts), _DECODED_LINES):
            part = slice(first, first + _DECODED_LINES)
            yield from _decoded(self._lines.data, starts[part], starts[part] + sizes[part])


def _decoded(data: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Iterator[str]:
    """Make strings of some stretches of the buffer; neighbours in the file are decoded together."""
    low, high = int(starts.min()), int(stops.max())
    near = high - low <= _DECODED_BYTES
    block = data[low:high].tobytes() if near else b""
    if near and block.isascii():
        text = block.decode("ascii")
        return (text[start:stop] for start, stop in _pairs(starts - low, stops - low))
    if near:
        return (block[start:stop].decode("utf-8") for start, stop in _pairs(starts - low, stops - low))
    return (data[start:stop].tobytes().decode("utf-8") for start, stop in _pairs(starts, stops))


def _pairs(starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    return zip(starts.tolist(), stops.tolist(), strict=True)


def _first_error(path: Path) -> InputError:
    """Read line by line, the slow way, to say which line is wrong."""
    seen = set()
    for number, line in read_lines(path):
        columns = split_columns(line, maximum=2)
        if "\0" in line:
            return TableError(path, number, "NUL in the line; expected text in UTF-8")
        if len(columns) < 2:
            return TableError(path, number, f"key {line!r} has no value; expected `key value`")
        if columns[0] in seen:
            return TableError(path, number, f"key {columns[0]!r} stands twice; remove one of the lines")
        seen.add(columns[0])
    return InputError(f"{path} changed while it was read; try again")
