"""Millions of strings as bytes: 12 bytes beside the text of each, where a list of str takes some 90."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from kowairo.core._byte_lines import KeyedLines, key_order, key_words, neighbour_order, read_buffer
from kowairo.core._string_hash import PADDING_BYTES, hashes
from kowairo.core.errors import InputError

_BLOCK = 1 << 16
_DECODED_BYTES = 1 << 26  # strings that lie far apart in the buffer are decoded one by one
_NEWLINE = 10


class StringArray(Sequence[str]):
    """Strings that stay places in one buffer of UTF-8 until one is asked for.

    Args:
        data: (byte,) UTF-8 text, and at least eight bytes behind the last string.
        starts: (string,) first byte of each.
        sizes: (string,) bytes of each.
    """

    def __init__(self, data: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.uint32]) -> None:
        self._data = data
        self._starts = starts
        self._sizes = sizes

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> StringArray:
        """Copy strings, a block at a time.

        Args:
            texts: The strings; none holds NUL, which no table can hold either.

        Raises:
            InputError: A string holds NUL.
        """
        source = iter(texts)
        data = bytearray()
        sizes = [np.empty(0, dtype=np.uint32)]
        while block := [text.encode("utf-8", "surrogatepass") for text in islice(source, _BLOCK)]:
            sizes.append(np.fromiter(map(len, block), dtype=np.uint32, count=len(block)))
            data += b"".join(block)
        if 0 in data:
            raise InputError("a string holds NUL")
        data += bytes(PADDING_BYTES)
        every_size = np.concatenate(sizes)
        return cls(np.frombuffer(data, dtype=np.uint8), _starts_of(every_size), every_size)

    @classmethod
    def read_lines(cls, path: Path | str) -> StringArray:
        r"""Read a file of one string a line; lines end at `\n` only, none is left out.

        Args:
            path: The file, UTF-8.

        Raises:
            InputError: There is no such file, or it holds NUL.
        """
        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        data, size = read_buffer(path)
        found = [np.empty(0, dtype=np.int64)]
        for first in range(0, size, 1 << 24):
            block = data[first : min(first + (1 << 24), size)]
            if block.min() == 0:
                raise InputError(f"{path}: NUL in the file; expected text in UTF-8")
            found.append(np.flatnonzero(block == _NEWLINE) + first)
        ends = np.concatenate(found)
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)]
        return cls(data, starts, (ends - starts).astype(np.uint32))

    @classmethod
    def joined(cls, parts: Sequence[StringArray]) -> StringArray:
        """One array behind the other, in a buffer of their own.

        Args:
            parts: The arrays.
        """
        shifts = np.cumsum([0, *(len(part._data) for part in parts)])[:-1]
        starts = [part._starts + shift for part, shift in zip(parts, shifts, strict=True)]
        return cls(
            np.concatenate([part._data for part in parts]),
            np.concatenate(starts),
            np.concatenate([part._sizes for part in parts]),
        )

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _BLOCK):
            yield from self._block(slice(first, first + _BLOCK))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> StringArray: ...
    def __getitem__(self, index: int | slice) -> str | StringArray:
        if isinstance(index, slice):
            return StringArray(self._data, self._starts[index], self._sizes[index])
        return self.encoded(index).decode("utf-8", "surrogatepass")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StringArray):
            return list(self) == other if isinstance(other, list) else NotImplemented
        return len(self) == len(other) and bool(self.equal_to(other).all())

    __hash__ = None  # type: ignore[assignment]  # compared by content, so no key of a dict

    def __repr__(self) -> str:
        return f"StringArray({len(self)} strings)"

    def encoded(self, index: int) -> bytes:
        """UTF-8 bytes of one string."""
        start = int(self._starts[index])
        return self._data[start : start + int(self._sizes[index])].tobytes()

    def last_bytes(self) -> NDArray[np.uint8]:
        """(string,) last byte of each, 0 for an empty one."""
        last = self._data[np.maximum(self._starts + self._sizes - 1, 0)]
        return np.where(self._sizes > 0, last, 0).astype(np.uint8)

    def take(self, rows: NDArray[np.integer]) -> StringArray:
        """Choose strings by row; the text is shared.

        Args:
            rows: (chosen,) rows, in any order, repeated at will.
        """
        return StringArray(self._data, self._starts[rows], self._sizes[rows])

    def order(self) -> NDArray[np.int64]:
        """Rows that sort the strings by code points; equal strings keep their order."""
        if not self._sizes.any():
            return np.arange(len(self), dtype=np.int64)
        return key_order(KeyedLines(self._data, self._starts, self._sizes, self._starts, self._sizes))

    def is_sorted(self) -> bool:
        """Whether no string is smaller than the one before it."""
        return len(self) == 0 or neighbour_order(self._data, self._starts, self._sizes)[0]

    def equal_to(self, other: StringArray) -> NDArray[np.bool_]:
        """Compare row with row.

        Args:
            other: As many strings.

        Returns:
            (string,) whether the two are equal.
        """
        equal = np.asarray(self._sizes == other._sizes)
        for first in range(0, len(self), _BLOCK):
            rows = np.flatnonzero(equal[first : first + _BLOCK]) + first
            width = int(self._sizes[rows].max(initial=0))
            for word in range(-(-width // PADDING_BYTES)):
                mine = key_words(self._data, self._starts[rows], self._sizes[rows], word)
                its = key_words(other._data, other._starts[rows], other._sizes[rows], word)
                equal[rows[mine != its]] = False
                rows = rows[mine == its]
        return equal

    def hashes(self) -> NDArray[np.uint64]:
        """(string,) 64-bit hash of each: equal strings have equal ones, others hardly ever."""
        return hashes(self._data, self._starts, self._sizes)

    def codes(self) -> tuple[list[str], NDArray[np.int32]]:
        """Number the strings where few of them differ, as speakers of utterances do.

        Returns:
            The distinct strings, sorted, and (string,) the number of each in that list.
        """
        _, first, inverse = np.unique(self.hashes(), return_index=True, return_inverse=True)
        if not all(
            self[start : start + _BLOCK].equal_to(self.take(first[inverse[start : start + _BLOCK]])).all()
            for start in range(0, len(self), _BLOCK)
        ):
            return self._codes_one_by_one()
        names = list(self.take(first))
        by_name = sorted(range(len(names)), key=names.__getitem__)
        number = np.empty(len(names), dtype=np.int32)
        number[by_name] = np.arange(len(names), dtype=np.int32)
        return [names[row] for row in by_name], number[inverse]

    def _codes_one_by_one(self) -> tuple[list[str], NDArray[np.int32]]:
        """What `codes` gives, for two strings that share a hash."""
        names = sorted(set(self))
        number = {name: code for code, name in enumerate(names)}
        return names, np.fromiter((number[text] for text in self), np.int32, count=len(self))

    def _block(self, part: slice) -> Iterator[str]:
        starts = self._starts[part]
        stops = starts + self._sizes[part]
        low, high = int(starts.min()), int(stops.max())
        data, shift = self._data, 0
        if high - low <= _DECODED_BYTES:
            data, shift = self._data[low:high], low
            if int(data.max(initial=0)) < 128:
                text = data.tobytes().decode("ascii")
                places = zip((starts - low).tolist(), (stops - low).tolist(), strict=True)
                return (text[start:stop] for start, stop in places)
        places = zip((starts - shift).tolist(), (stops - shift).tolist(), strict=True)
        return (data[start:stop].tobytes().decode("utf-8", "surrogatepass") for start, stop in places)


def _starts_of(sizes: NDArray[np.uint32]) -> NDArray[np.int64]:
    starts = np.zeros(len(sizes), dtype=np.int64)
    np.cumsum(sizes[:-1], out=starts[1:])
    return starts
