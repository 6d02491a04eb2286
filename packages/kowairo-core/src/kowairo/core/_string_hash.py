"""A 64-bit hash of strings, for many at once and for one, with the same result."""

import numpy as np
from numpy.typing import NDArray

from kowairo.core._byte_lines import key_words

PADDING_BYTES = 8
"""Bytes that a buffer has behind its last string: words are read whole."""

_BLOCK = 1 << 14
_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd (D. Knuth, The Art of Computer Programming 3, 6.4)
_SHIFT = 29


def hashes(
    data: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.uint32]
) -> NDArray[np.uint64]:
    """Hash strings of a buffer, eight bytes at a time.

    h = size; for each word w, big-endian with zeros behind the string: h = (h ^ w) F mod 2^64, h ^= h >> 29.
    It spreads strings that people made; against ones made to collide it is no protection, so its users
    compare what they find.

    Args:
        data: (byte,) text with `PADDING_BYTES` behind it.
        starts: (string,) first byte.
        sizes: (string,) bytes.

    Returns:
        (string,).
    """
    result = sizes.astype(np.uint64)
    for first in range(0, len(starts), _BLOCK):
        part = slice(first, first + _BLOCK)
        start, size, state = starts[part], sizes[part], result[part]
        for word in range(-(-int(size.max(initial=0)) // 8)):
            longer = np.flatnonzero(size > 8 * word)
            mixed = (state[longer] ^ key_words(data, start[longer], size[longer], word)) * np.uint64(_FACTOR)
            state[longer] = mixed ^ (mixed >> np.uint64(_SHIFT))
    return result


def hash_of(text: bytes) -> int:
    """Hash one string, as `hashes` does.

    Args:
        text: UTF-8.
    """
    state = len(text)
    for first in range(0, len(text), 8):
        word = int.from_bytes(text[first : first + 8].ljust(8, b"\0"), "big")
        state = ((state ^ word) * _FACTOR) & _MASK
        state ^= state >> _SHIFT
    return state
