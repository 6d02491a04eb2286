"""One column of some lines of a file, in whatever form it was read."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray


class Column(ABC):
    """Strings of some lines that follow each other."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def texts(self) -> list[str]:
        """Return the strings."""

    @abstractmethod
    def equal_to(self, text: str) -> NDArray[np.bool_]:
        """(line,) whether the string is ``text``."""

    @abstractmethod
    def numbers(self, index: Mapping[str, int]) -> NDArray[np.int64]:
        """(line,) the number that the index gives to each string, -1 where it has none."""

    @abstractmethod
    def floats(self) -> NDArray[np.float64]:
        """(line,) float64, NaN where the string is no number."""

    @abstractmethod
    def take(self, kept: NDArray[np.bool_]) -> Self:
        """Keep some lines."""


class PlainColumn(Column):
    """A column as a list of strings."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self) -> list[str]:
        """Return the strings."""
        return self._texts

    def equal_to(self, text: str) -> NDArray[np.bool_]:
        """(line,) whether the string is ``text``."""
        return np.fromiter((one == text for one in self._texts), np.bool_, count=len(self))

    def numbers(self, index: Mapping[str, int]) -> NDArray[np.int64]:
        """(line,) the number that the index gives to each string, -1 where it has none."""
        try:
            return np.fromiter(map(index.__getitem__, self._texts), np.int64, count=len(self))
        except KeyError:
            return np.fromiter((index.get(text, -1) for text in self._texts), np.int64, count=len(self))

    def floats(self) -> NDArray[np.float64]:
        """(line,) float64, NaN where the string is no number."""
        try:
            return np.fromiter(map(float, self._texts), np.float64, count=len(self))
        except ValueError:
            return np.fromiter(map(_float_or_nan, self._texts), np.float64, count=len(self))

    def take(self, kept: NDArray[np.bool_]) -> "PlainColumn":
        """Keep some lines."""
        return PlainColumn([self._texts[line] for line in np.flatnonzero(kept).tolist()])


def _float_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
