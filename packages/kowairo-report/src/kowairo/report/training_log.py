"""Training logs of an experiment: `train/<stage>/metrics.csv`."""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import TableError

_COLUMNS = ("loss", "accuracy", "closed_accuracy", "macro_f1", "valid_eer")


@dataclass(frozen=True, eq=False)
class TrainingLog:
    """Training curves of every stage, one after the other.

    Attributes:
        step: (epoch,), optimiser steps since the first stage began.
        curves: Per column (loss, accuracy, closed_accuracy, macro_f1,
            valid_eer) an array (epoch,) with NaN where nothing was written.
        stages: Name and (first step, last step) of each stage.
    """

    step: NDArray[np.float64]
    curves: dict[str, NDArray[np.float64]]
    stages: list[tuple[str, tuple[float, float]]]


def read_training_log(folder: Path) -> TrainingLog | None:
    """Read the logs of all training stages.

    Stages are ordered by the number their name begins with, if it does, and
    otherwise by when they were written. Each stage counts its own steps; here
    they continue those of the stage before.

    Args:
        folder: The `train` folder of an experiment.

    Returns:
        The log, or None when no stage has one.

    Raises:
        TableError: A cell is not a number.
    """
    paths = sorted(folder.glob("*/metrics.csv"), key=_stage_order)
    steps: list[float] = []
    curves: dict[str, list[float]] = {name: [] for name in _COLUMNS}
    stages: list[tuple[str, tuple[float, float]]] = []
    for path in paths:
        records = _read_records(path)
        if not records:
            continue
        begin = steps[-1] if steps else 0.0
        # A log whose steps go on where the last stage ended already counts from the start of training.
        offset = 0.0 if records[0]["step"] > begin else begin
        for record in records:
            steps.append(offset + record["step"])
            for name in _COLUMNS:
                curves[name].append(record.get(name, math.nan))
        stages.append((path.parent.name, (begin, steps[-1])))
    if not stages:
        return None
    return TrainingLog(np.array(steps), {name: np.array(values) for name, values in curves.items()}, stages)


def _stage_order(path: Path) -> tuple[float, float, str]:
    number = re.match(r"\d+", path.parent.name)
    return (float(number[0]) if number else math.inf, path.stat().st_mtime, path.parent.name)


def _read_records(path: Path) -> list[dict[str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        records = [_record(path, reader.line_num, line) for line in reader]
    for position, record in enumerate(records):
        record.setdefault("step", float(position + 1))
    return records


def _record(path: Path, line_number: int, line: dict[str, str]) -> dict[str, float]:
    try:
        return {name: float(line[name]) for name in ("step", *_COLUMNS) if line.get(name)}
    except ValueError as error:
        raise TableError(path, line_number, str(error)) from error
