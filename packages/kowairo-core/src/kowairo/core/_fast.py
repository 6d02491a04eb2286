"""What the extra ``[fast]`` adds: columns that stay in the memory of polars.

Every function has a plain counterpart with the same result and returns None where polars is missing.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kowairo.core._column import Column, PlainColumn

if TYPE_CHECKING:
    import polars

_WORTH_BYTES = 1 << 20
_WORTH_LINES = 1 << 14  # below these, importing polars takes longer than it saves


@cache
def load_polars() -> ModuleType | None:
    """Import polars at its first use (0.1 s), not with this package."""
    try:
        import polars
    except ImportError:
        return None
    return polars


class FrameColumn(Column):
    """A column of strings of polars."""

    def __init__(self, series: "polars.Series") -> None:
        self.series = series

    def __len__(self) -> int:
        return len(self.series)

    def texts(self) -> list[str]:
        """Return the strings; an id that occurs often is made once."""
        distinct = self.series.unique()
        if 2 * len(distinct) > len(self):
            return self.series.to_list()
        texts = distinct.to_list()
        rows = self.numbers(dict(zip(texts, range(len(texts)), strict=True)))
        shared: list[str] = np.array(texts, dtype=np.object_)[rows].tolist()
        return shared

    def equal_to(self, text: str) -> NDArray[np.bool_]:
        """(line,) whether the string is ``text``."""
        return (self.series == text).to_numpy()

    def numbers(self, index: Mapping[str, int]) -> NDArray[np.int64]:
        """(line,) the number that the index gives to each string, -1 where it has none."""
        rows = np.fromiter(index.values(), np.int64, count=len(index))
        # Its own type: an empty index would otherwise be one of nulls.
        names = type(self.series)(list(index), dtype=self.series.dtype)
        found = self.series.replace_strict(names, type(self.series)(rows), default=-1)
        return found.to_numpy().astype(np.int64, copy=False)

    def floats(self) -> NDArray[np.float64]:
        """(line,) float64, NaN where the string is no number."""
        # Python reads a few more spellings ("1_000", " inf") than polars: it has the last word.
        values: NDArray[np.float64] = self.series.cast(float, strict=False).to_numpy()
        return values if np.isfinite(values).all() else PlainColumn(self.texts()).floats()

    def take(self, kept: NDArray[np.bool_]) -> "FrameColumn":
        """Keep some lines."""
        return FrameColumn(self.series.filter(type(self.series)(kept)))


def split_by_polars(chunk: bytes, *, count: int) -> Sequence[Column] | None:
    """Split lines of ``count`` columns that single spaces part; None also when they are not UTF-8."""
    polars = load_polars() if len(chunk) >= _WORTH_BYTES else None
    if polars is None:
        return None
    schema = {str(number): polars.String for number in range(count)}
    try:
        frame = polars.read_csv(
            chunk, separator=" ", has_header=False, quote_char=None, schema=schema, empty_string_is_null=False
        )
    except polars.exceptions.PolarsError:
        return None
    return [FrameColumn(series) for series in frame.get_columns()]


def format_by_polars(enroll: Column, test: Column, values: NDArray[np.float64]) -> bytes | None:
    """Write `enroll test value` lines; the numbers are the shortest that read back exactly."""
    polars = load_polars() if len(values) >= _WORTH_LINES else None
    if polars is None:
        return None
    sides = [one.series if isinstance(one, FrameColumn) else one.texts() for one in (enroll, test)]
    frame = polars.DataFrame(
        {"enroll": sides[0], "test": sides[1], "value": values},
        schema={"enroll": polars.String, "test": polars.String, "value": polars.Float64},
    )
    lines = BytesIO()
    frame.write_csv(lines, separator=" ", include_header=False, quote_style="never")
    return lines.getvalue()
