"""What each stage of a recipe cost and where its results come from: `stages/<n>.json`."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError, read_json

_FACTS = ("seed", "config", "options", "commit", "date", "cpu", "cores", "python")


@dataclass(frozen=True)
class StageRecord:
    """One stage of a recipe as it was run.

    Attributes:
        stage: Number or name, e.g. "3".
        name: What it does, may be empty.
        wall_s: Elapsed seconds, None if unknown.
        cpu_s: CPU seconds of all its processes, None if unknown.
        peak_memory_mb: Largest memory of all its processes, None if unknown.
        facts: Everything else worth showing (seed, config, versions, machine),
            as text.
    """

    stage: str
    name: str
    wall_s: float | None
    cpu_s: float | None
    peak_memory_mb: float | None
    facts: Mapping[str, str]


def read_stages(folder: Path) -> list[StageRecord]:
    """Read the stage records of an experiment, in order of their numbers.

    Args:
        folder: The `stages` folder. A missing folder has none.

    Returns:
        The records.

    Raises:
        InputError: A record is not a JSON object.
    """
    records = []
    for path in sorted(folder.glob("*.json"), key=_stage_order):
        content = read_json(path)
        if not isinstance(content, dict):
            raise InputError(f"{path}: expected an object, got {type(content).__name__}")
        records.append(_stage_record(path.stem, content))
    return records


def _stage_record(stem: str, content: Mapping[str, object]) -> StageRecord:
    origin = content.get("provenance")
    facts = dict(origin) if isinstance(origin, dict) else {}
    facts.update({name: content[name] for name in _FACTS if name in content})
    return StageRecord(
        stage=str(content.get("stage", stem)),
        name=str(content.get("name", "")),
        wall_s=_number(content.get("wall_s")),
        cpu_s=_number(content.get("cpu_s")),
        peak_memory_mb=_number(content.get("peak_memory_mb")),
        facts={key: _as_text(value) for key, value in facts.items() if value is not None},
    )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _stage_order(path: Path) -> tuple[float, str]:
    number = re.match(r"\d+", path.stem)
    return (float(number[0]) if number else math.inf, path.stem)
