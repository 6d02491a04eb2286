"""`scores.txt` of a training of an enhancement net."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, TableError, read_lines

_LINE = re.compile(r"(?:--Val-- )?Epoch \d+(?:, \w+ \S+)+")
_PAIR = re.compile(r"(\w+) ([^\s,]+)")


@dataclass(frozen=True, eq=False)
class EnhancementScores:
    """Figures by epoch."""

    epoch: NDArray[np.int64]
    """(epoch,) ascending."""
    curves: dict[str, NDArray[np.float64]]
    """(epoch,) by name as in the file (TLOSS, LR, VLoss, VEER, VEER_LIBRI, Vacc ...), NaN where there is
    none; EERs are in per cent."""


def read_enhancement_scores(path: Path) -> EnhancementScores:
    """Read `Epoch N, TLOSS f, LR f` and `--Val-- Epoch N, VLoss f, VEER f, VEER_LIBRI f, Vacc f`.

    Args:
        path: The file, of `kowairo enhance train` or of proj_2022NC. An epoch may come again, from a training
            that was continued: the later figures count.

    Raises:
        InputError: There is no such file, or no epoch in it.
        TableError: A line is none of the two.
    """
    epochs: dict[int, dict[str, float]] = {}
    for number, line in read_lines(path):
        if not _LINE.fullmatch(line):
            raise TableError(path, number, f"expected `Epoch N, NAME value ...`, got {line[:60]!r}")
        try:
            figures = dict(_figures(line))
        except ValueError as error:
            raise TableError(path, number, str(error)) from error
        epochs.setdefault(int(figures.pop("Epoch")), {}).update(figures)
    if not epochs:
        raise InputError(f"{path}: no epoch in it")
    ordered = sorted(epochs)
    names = list(dict.fromkeys(name for epoch in ordered for name in epochs[epoch]))
    curves = {name: np.array([epochs[epoch].get(name, math.nan) for epoch in ordered]) for name in names}
    return EnhancementScores(np.array(ordered, dtype=np.int64), curves)


def _figures(line: str) -> Iterator[tuple[str, float]]:
    for name, value in _PAIR.findall(line.removeprefix("--Val-- ")):
        yield name, float(value)
