"""Which row of millions of strings is this one."""

import numpy as np
from numpy.typing import NDArray

from kowairo.core._string_hash import hash_of
from kowairo.core.string_array import StringArray

_BLOCK = 1 << 20  # looked up in the order of their hashes, five times as fast as in another


class StringIndex:
    """Rows of distinct strings by their sorted hashes: 12 bytes a string, where a dict takes some 150.

    Args:
        strings: Distinct strings; of equal ones the first is found.
    """

    def __init__(self, strings: StringArray) -> None:
        self._strings = strings
        hashes = strings.hashes()
        order = np.argsort(hashes, kind="stable")
        self._hashes: NDArray[np.uint64] = hashes[order]
        self._rows: NDArray[np.int32] | NDArray[np.int64]
        self._rows = order if len(strings) > np.iinfo(np.int32).max else order.astype(np.int32)

    def __len__(self) -> int:
        return len(self._strings)

    def row(self, text: str) -> int:
        """Row of one string, -1 where it is none of them."""
        encoded = text.encode("utf-8", "surrogatepass")
        wanted = np.uint64(hash_of(encoded))
        place = int(np.searchsorted(self._hashes, wanted))
        while place < len(self._hashes) and self._hashes[place] == wanted:
            row = int(self._rows[place])
            if self._strings.encoded(row) == encoded:
                return row
            place += 1
        return -1

    def rows(self, texts: StringArray) -> NDArray[np.int64]:
        """Rows of many strings.

        Args:
            texts: The strings to look up.

        Returns:
            (text,) row of each, -1 where there is none.
        """
        found = np.full(len(texts), -1, dtype=np.int64)
        for first in range(0, len(texts) if len(self) else 0, _BLOCK):
            part = texts[first : first + _BLOCK]
            wanted = part.hashes()
            ascending = np.argsort(wanted)
            place = np.empty(len(part), dtype=np.int64)
            place[ascending] = np.searchsorted(self._hashes, wanted[ascending])
            np.minimum(place, len(self) - 1, out=place)
            candidate = self._rows[place].astype(np.int64)
            equal = part.equal_to(self._strings.take(candidate))
            found[first : first + len(part)] = np.where(equal, candidate, -1)
            for row in np.flatnonzero(~equal & (self._hashes[place] == wanted)).tolist():
                found[first + row] = self.row(part[row])
        return found

    def repeated(self) -> NDArray[np.int64]:
        """Rows of the strings that stand in an earlier row too, ascending."""
        same = np.flatnonzero(self._hashes[1:] == self._hashes[:-1])
        suspects = np.unique(np.concatenate([self._rows[same], self._rows[same + 1]])).astype(np.int64)
        return np.array([row for row in suspects.tolist() if self.row(self._strings[row]) != row], np.int64)
