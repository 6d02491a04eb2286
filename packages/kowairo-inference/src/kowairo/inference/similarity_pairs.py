"""Which synthesised recording is compared with which real ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from kowairo.core import InputError, TableError, read_lines

AUDIO_ENDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".m4a")
Match = Literal["file", "speaker"]
_FEWEST_COLUMNS, _MOST_COLUMNS = 2, 3


@dataclass(frozen=True)
class SimilarityPair:
    """A synthesised recording and what it should sound like."""

    synthesised: Path
    """The recording made by a machine."""
    real: tuple[Path, ...]
    """Recordings of the voice that it should have."""
    speaker: str
    """Whose voice; pairs of one voice go together in the interval."""


def read_pairs(path: Path) -> list[SimilarityPair]:
    """Read a table of pairs.

    Args:
        path: `synthesised TAB real` or `synthesised TAB real TAB speaker` lines; paths are relative to the
            table's folder. A first line with the words `synthesised` and `real` is a heading. Without a
            speaker every line is a voice of its own.

    Returns:
        The pairs; lines of one synthesised file are one pair with several real ones.

    Raises:
        InputError: there is no such file, or no pair in it.
        TableError: a line has another number of columns.
    """
    found: dict[Path, list[tuple[Path, str]]] = {}
    for number, line in read_lines(path):
        columns = [column.strip() for column in line.split("\t")]
        if number == 1 and columns[:2] == ["synthesised", "real"]:
            continue
        if not _FEWEST_COLUMNS <= len(columns) <= _MOST_COLUMNS or not all(columns):
            raise TableError(path, number, f"expected synthesised TAB real [TAB speaker], got {line!r:.80}")
        synthesised, real = (path.parent / column for column in columns[:2])
        speaker = columns[2] if len(columns) == _MOST_COLUMNS else columns[0]
        found.setdefault(synthesised, []).append((real, speaker))
    if not found:
        raise InputError(f"{path}: no pairs in it")
    return [
        SimilarityPair(synthesised, tuple(real for real, _ in rows), rows[0][1])
        for synthesised, rows in found.items()
    ]


def pair_folders(synthesised: Path, real: Path, *, match: Match = "file") -> list[SimilarityPair]:
    """Pair the recordings of two folders.

    The first folder below gives the speaker; in a folder without sub-folders every file is a voice of its
    own when files are matched, and all are one voice when speakers are.

    Args:
        synthesised: folder of recordings made by a machine.
        real: folder of recordings of the voices that they should have.
        match: "file" pairs recordings of the same name without its ending, below the same sub-folders;
            "speaker" compares each with all recordings of the sub-folder of the same name.

    Returns:
        Pairs sorted by name.

    Raises:
        InputError: a folder is missing or has no audio, or a recording has no partner, with the first name.
    """
    if match not in get_args(Match):
        raise InputError(f"expected a match by file or speaker, got {match!r}")
    made, known = _audio_files(synthesised), _audio_files(real)
    partners: dict[str, list[Path]] = {}
    for name, path in known.items():
        partners.setdefault(name if match == "file" else _speaker(name), []).append(path)
    pairs, lonely = [], []
    for name, path in made.items():
        key = name if match == "file" else _speaker(name)
        if key not in partners:
            lonely.append(name)
            continue
        whose = _speaker(name) or (name if match == "file" else real.name)
        pairs.append(SimilarityPair(path, tuple(sorted(partners[key])), whose))
    if lonely:
        raise InputError(
            f"{synthesised}: {len(lonely)} of {len(made)} recordings have no partner in {real}, the first: "
            f"{lonely[0]}"
        )
    return pairs


def _speaker(name: str) -> str:
    """The first folder of a name; empty if it has none."""
    first, slash, _ = name.partition("/")
    return first if slash else ""


def _audio_files(folder: Path) -> dict[str, Path]:
    """Audio files below a folder by their names without ending, sorted."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in AUDIO_ENDINGS and path.is_file():
            name = path.relative_to(folder).with_suffix("").as_posix()
            if name in found:
                raise InputError(f"{path}: {found[name].name} has the same name with another ending")
            found[name] = path
    if not found:
        raise InputError(f"{folder}: no audio files in it ({', '.join(AUDIO_ENDINGS)})")
    return found
