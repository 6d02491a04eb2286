"""Lines of a text table found by array operations: no Python step per line.

Everything here works on one buffer of bytes and arrays of positions in it. Keys are compared eight bytes at
a time, as big-endian numbers: that order is the order of UTF-8 bytes, which is that of code points.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BOM = b"\xef\xbb\xbf"
_TAB, _NEWLINE, _RETURN, _SPACE = b"\t\n\r "
_SCAN_BYTES = 1 << 21  # a block and what is made of it stay in the cache: a third less time than 16 MB
_COMPARED_LINES = 1 << 14
_WORD = 8
_WIDEST_SORTED = 128  # bytes; a table with one longer key is sorted without a matrix of padded keys


@dataclass(frozen=True, eq=False)
class KeyedLines:
    """Positions of key and value of each line in a buffer."""

    data: NDArray[np.uint8]
    """(byte,) the file, and at least eight zero bytes behind it."""
    key_start: NDArray[np.int64]
    """(line,)."""
    key_size: NDArray[np.uint32]
    """(line,) in bytes."""
    value_start: NDArray[np.int64]
    """(line,)."""
    value_size: NDArray[np.uint32]
    """(line,) in bytes."""

    def take(self, order: NDArray[np.int64]) -> "KeyedLines":
        """Return the lines in another order."""
        return KeyedLines(
            self.data,
            self.key_start[order],
            self.key_size[order],
            self.value_start[order],
            self.value_size[order],
        )


def read_buffer(path: Path) -> tuple[NDArray[np.uint8], int]:
    """Read a file into a buffer that ends in a line end and eight zeros: (buffer, bytes in use).

    Not a memory map: a file that is cut short while it is mapped kills the process.
    """
    size = path.stat().st_size
    data = np.empty(size + 1 + _WORD, dtype=np.uint8)
    with path.open("rb") as file:
        size = file.readinto(data[:size].data)
    data[size:] = 0
    if size and data[size - 1] != _NEWLINE:
        data[size] = _NEWLINE
        size += 1
    return data, size


def keyed_lines(data: NDArray[np.uint8], size: int) -> KeyedLines | None:
    """Find `key value` in each line that is not blank; None when a line is not of that form or not UTF-8."""
    start = len(_BOM) if data[: len(_BOM)].tobytes() == _BOM else 0
    blocks = [(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0, np.uint32))]
    while start < size:
        stop = _line_end_before(data, min(start + _SCAN_BYTES, size), size)
        block = _keyed_block(data[start:stop])
        if block is None:
            return None
        blocks.append((block[0] + start, block[1], block[2] + start, block[3]))
        start = stop
    key_start, key_size, value_start, value_size = zip(*blocks, strict=True)
    return KeyedLines(
        data,
        np.concatenate(key_start),
        np.concatenate(key_size),
        np.concatenate(value_start),
        np.concatenate(value_size),
    )


def _line_end_before(data: NDArray[np.uint8], stop: int, size: int) -> int:
    """Move ``stop`` to just behind the next line end."""
    while stop < size:
        ahead = np.flatnonzero(data[stop : stop + 65536] == _NEWLINE)
        if ahead.size:
            return int(stop + ahead[0] + 1)
        stop = min(stop + 65536, size)
    return stop


Block = tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]]


def _keyed_block(block: NDArray[np.uint8]) -> Block | None:
    """Positions in one block of whole lines: key start, key size, value start, value size."""
    if not _is_text(block):
        return None
    marks = np.flatnonzero(block <= _SPACE)
    kinds = block[marks]
    if not (plain := (kinds == _SPACE) | (kinds == _NEWLINE) | (kinds == _TAB)).all():
        marks, kinds = marks[plain], kinds[plain]
    line_marks = np.flatnonzero(kinds == _NEWLINE)
    end = marks[line_marks]
    start = np.concatenate(([0], end[:-1] + 1))
    key_end = marks[np.concatenate(([0], line_marks[:-1] + 1))]
    moved = _skip(block, start, end, blanks=(_SPACE, _TAB, _RETURN))
    key_end[moved] = marks[np.searchsorted(marks, start[moved])]
    _skip(block, end, start, blanks=(_SPACE, _TAB, _RETURN), backwards=True)
    if (start == end).any():
        filled = start < end
        start, end, key_end = start[filled], end[filled], key_end[filled]
    if (key_end >= end).any():
        return None
    value = key_end + 1
    _skip(block, value, end, blanks=(_SPACE, _TAB))
    return start, (key_end - start).astype(np.uint32), value, (end - value).astype(np.uint32)


def _is_text(block: NDArray[np.uint8]) -> bool:
    """Whether a block is UTF-8 without NUL, which would be taken for the padding of a short key."""
    if block.min() == 0:
        return False
    if block.max() < 128:
        return True
    try:
        block.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _skip(
    block: NDArray[np.uint8],
    position: NDArray[np.int64],
    limit: NDArray[np.int64],
    *,
    blanks: tuple[int, ...],
    backwards: bool = False,
) -> NDArray[np.int64]:
    """Move positions over blanks, in place, as far as their limits; return which ones moved."""
    step, ahead = (-1, -1) if backwards else (1, 0)
    active = np.flatnonzero(position != limit)
    moved = None
    while active.size:
        byte = block[position[active] + ahead]
        blank = byte == blanks[0]
        for other in blanks[1:]:
            blank |= byte == other
        active = active[blank]
        moved = active if moved is None else moved
        position[active] += step
        active = active[position[active] != limit[active]]
    return np.empty(0, np.int64) if moved is None else moved


def key_words(
    data: NDArray[np.uint8], start: NDArray[np.int64], size: NDArray[np.uint32], word: int
) -> NDArray[np.uint64]:
    """Bytes ``8 word`` to ``8 word + 7`` of each string as a big-endian number, zeros behind the string."""
    windows: NDArray[np.uint64] = np.ndarray((len(data) - _WORD + 1,), np.uint64, data, strides=(1,))
    left = size.astype(np.int64) - _WORD * word
    words = windows[np.where(left > 0, start + _WORD * word, 0)].byteswap()
    unused = (8 * np.clip(_WORD - left, 0, _WORD - 1)).astype(np.uint64)
    words >>= unused
    words <<= unused
    words[left <= 0] = 0
    return words


def neighbour_order(
    data: NDArray[np.uint8], start: NDArray[np.int64], size: NDArray[np.uint32]
) -> tuple[bool, NDArray[np.bool_]]:
    """Compare each string with the next one: (all in order, which are equal)."""
    equal = np.zeros(max(len(start) - 1, 0), dtype=np.bool_)
    ordered = True
    for first in range(0, len(equal), _COMPARED_LINES):
        part = slice(first, min(first + _COMPARED_LINES, len(equal)) + 1)
        open_pairs = np.ones(part.stop - first - 1, dtype=np.bool_)
        for word in range(-(-int(size[part].max()) // _WORD)):
            words = key_words(data, start[part], size[part], word)
            ordered = ordered and not (open_pairs & (words[1:] < words[:-1])).any()
            open_pairs &= words[1:] == words[:-1]
            if not open_pairs.any():
                break
        equal[first : part.stop - 1] = open_pairs
    return ordered, equal


def key_order(lines: KeyedLines) -> NDArray[np.int64]:
    """Return the order that sorts the lines by key; equal keys stay in file order."""
    count = len(lines.key_start)
    width = -(-int(lines.key_size.max(initial=0)) // _WORD)
    if width * _WORD > _WIDEST_SORTED:
        ends = lines.key_start + lines.key_size
        spans = zip(lines.key_start.tolist(), ends.tolist(), strict=True)
        keys = [lines.data[start:end].tobytes() for start, end in spans]
        return np.array(sorted(range(count), key=keys.__getitem__), dtype=np.int64)
    words = [key_words(lines.data, lines.key_start, lines.key_size, word) for word in range(width)]
    return np.lexsort(words[::-1]).astype(np.int64)
