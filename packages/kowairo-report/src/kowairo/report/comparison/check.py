"""Computes the figures of a written comparison again from the stored scores."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from kowairo.core import InputError

from .formats import comparison_csv
from .table import compare_runs

_PLACE = ("run", "set", "trials", "system", "normalization")
_TOLERANCE = 1e-9  # far below what is printed, far above the order of additions


def check_comparison(path: Path) -> list[str]:
    """Compare a CSV of `write_comparison` with what the scores give now.

    Args:
        path: The CSV; experiments lie where it says, relative to its folder.

    Returns:
        A line per cell that differs: score files that changed, figures that were edited. Empty if all agree.

    Raises:
        InputError: The file is not such a CSV, or an experiment has gone.
    """
    path = Path(path)
    records = _read(path)
    folder = path.parent
    try:
        runs = dict.fromkeys((record["experiment"], record["run"]) for record in records)
        table = compare_runs(
            [folder / place for place, _ in runs],
            names=[name for _, name in runs],
            set_names=list(dict.fromkeys(record["set"] for record in records)),
            trials=list(dict.fromkeys(record["trials"] for record in records)),
            systems=list(dict.fromkeys(record["system"] for record in records)),
            normalizations=list(dict.fromkeys(record["normalization"] for record in records)),
            trial_folders=_outside(records, folder),
            p_targets=_priors(records[0]),
            num_replicates=int(records[0]["num_replicates"]),
            seed=int(records[0]["seed"]),
        )
    except (KeyError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a written comparison ({type(error).__name__}: {error})") from error
    found = {_key(record): record for record in csv.DictReader(comparison_csv(table, folder).splitlines())}
    return [line for record in records for line in _differences(record, found.get(_key(record)))]


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    if not records:
        raise InputError(f"{path}: no row in it")
    return records


def _outside(records: list[dict[str, str]], folder: Path) -> dict[str, Path]:
    """Sets whose trials lie outside of the experiments."""
    return {
        record["set"]: (folder / record["trials_file"]).parent
        for record in records
        if not record["trials_file"].startswith(f"{record['experiment']}/data/")
    }


def _priors(record: Mapping[str, str]) -> list[float]:
    return list(dict.fromkeys(float(name.split("_")[2]) for name in record if name.startswith("min_dcf_")))


def _key(record: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(record[name] for name in _PLACE)


def _differences(written: Mapping[str, str], computed: Mapping[str, str] | None) -> list[str]:
    where = " ".join(_key(written))
    if computed is None:
        return [f"{where}: no such scores any more"]
    return [
        f"{where}: {name} is written as {value}, the scores give {computed.get(name, '')}"
        for name, value in written.items()
        if not _agree(value, computed.get(name, ""))
    ]


def _agree(written: str, computed: str) -> bool:
    if written == computed:
        return True
    try:
        return math.isclose(float(written), float(computed), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    except ValueError:
        return False
