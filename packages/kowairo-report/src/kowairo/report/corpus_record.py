"""What went into an experiment: sizes of its sets, what was dropped, which characters were merged."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import Corpus, InputError, read_json


@dataclass(frozen=True)
class SetSize:
    """Size of one set.

    Attributes:
        name: Name of the set, e.g. "train".
        lines: Number of utterances.
        characters: Number of speakers (characters).
        actors: Number of voice actors, None if unknown.
        seconds: Total duration, None if unknown.
    """

    name: str
    lines: int
    characters: int
    actors: int | None
    seconds: float | None


@dataclass(frozen=True)
class DroppedLine:
    """One file that was left out.

    Attributes:
        utt: Utterance id, may be empty.
        path: Where the file lies.
        reason: Short reason.
        detail: What exactly was found, may be empty.
    """

    utt: str
    path: str
    reason: str
    detail: str


@dataclass(frozen=True)
class DropSummary:
    """What the import kept and left out.

    Attributes:
        kept: Number of utterances kept.
        counts: Number of files left out, per reason.
        lines: The files themselves.
    """

    kept: int
    counts: Mapping[str, int]
    lines: list[DroppedLine]


def set_size(name: str, corpus: Corpus) -> SetSize:
    """Count the lines, characters, actors and seconds of a set."""
    actors = corpus.spk_tables.get("spk2va")
    durations = corpus.utt_tables.get("utt2dur")
    return SetSize(
        name=name,
        lines=len(corpus.audio),
        characters=len(corpus.speakers),
        actors=len(set(actors.values())) if actors else None,
        seconds=sum(float(value) for value in durations.values()) if durations else None,
    )


def read_drops(folder: Path) -> DropSummary | None:
    """Read `drop_report.json` and `dropped.tsv` of an imported corpus.

    Args:
        folder: The `data/all` folder of an experiment.

    Returns:
        The summary, or None when there is no drop report.

    Raises:
        InputError: The report does not hold what it should.
    """
    path = folder / "drop_report.json"
    if not path.is_file():
        return None
    report = read_json(path)
    try:
        counts = {str(reason): int(count) for reason, count in report["dropped"].items()}
        kept = int(report["kept"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: not a drop report ({type(error).__name__}: {error})") from error
    return DropSummary(kept, counts, _read_dropped(folder / "dropped.tsv"))


def _read_dropped(path: Path) -> list[DroppedLine]:
    lines = []
    for columns in read_tsv(path):
        if columns[0].startswith("utt") and "reason" in columns:
            continue
        utt, file, reason, detail = [*columns, "", "", "", ""][:4]
        lines.append(DroppedLine(utt, file, reason, detail))
    return lines


def read_tsv(path: Path) -> list[list[str]]:
    """Read the lines of a tab-separated file, without quoting; a missing file has none."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [columns for columns in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if columns]


def read_merge_map(path: Path) -> dict[str, str]:
    """Read the merge map: training character to the character it was merged into.

    Args:
        path: `merge/merge_map.json`, an object of names, or of lists of
            names by the name they were merged into.

    Returns:
        Only the characters that changed; empty without the file.
    """
    if not path.is_file():
        return {}
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected an object, got {type(content).__name__}")
    merged: dict[str, str] = {}
    for key, value in content.items():
        if isinstance(value, str) and value != key:
            merged[key] = value
        elif isinstance(value, list):
            merged.update({str(member): key for member in value if member != key})
    return merged
