"""All lists of a set of lines, with what they were made by."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from kowairo.core import InputError, write_json
from kowairo.data.enhancement_lists.distribution_list import make_distribution_list
from kowairo.data.enhancement_lists.list_source import ListSource
from kowairo.data.enhancement_lists.normal_list import make_normal_list
from kowairo.data.enhancement_lists.trial_list import PAIRS_PER_FILE, make_test_list, write_test_list
from kowairo.data.enhancement_lists.triplet_list import make_triplet_list

ListKind = Literal["normal", "test", "triplet", "distribution"]
FewFiles = Literal["refuse", "leave_out"]

LIST_FILES: Mapping[ListKind, str] = MappingProxyType(
    {kind: f"{kind}_list.txt" for kind in ("normal", "test", "triplet", "distribution")}
)
"""File name by kind, behind the name of the set and an underscore where it has a name."""


@dataclass(frozen=True)
class ListRules:
    """How lists are made.

    Raises:
        InputError: A value is not allowed.
    """

    seed: int = 10
    """Equal seeds give equal lists; a list does not change with the others."""
    pairs_per_file: int = PAIRS_PER_FILE
    """Targets, and as many non-targets, of each file in the test list."""
    few_files: FewFiles = "refuse"
    """What is done with a speaker who has too few files for the test list: pairs_per_file + 1 are needed."""

    def __post_init__(self) -> None:
        if self.few_files not in ("refuse", "leave_out"):
            raise InputError(f"expected few_files refuse or leave_out, got {self.few_files!r}")


@dataclass(frozen=True)
class ListFile:
    """What a list holds."""

    path: Path
    """The file."""
    counts: Mapping[str, int]
    """lines and speakers; by kind also targets, nontargets, pairs of one session and of two, and speakers
    who were left out or lack one kind of pairs."""


def write_lists(
    source: ListSource,
    folder: Path | str,
    *,
    kinds: Sequence[ListKind],
    name: str = "",
    rules: ListRules | None = None,
) -> dict[str, ListFile]:
    """Make lists and write them, and beside them `lists.json` with counts and rules.

    All are made before one is written: where one cannot be made, the folder stays as it was.

    Args:
        source: The lines.
        folder: Where to write.
        kinds: Which lists.
        name: Name of the set, first part of the file names.
        rules: How; None takes the defaults.

    Returns:
        The lists by kind.

    Raises:
        InputError: A list cannot be made, e.g. for want of sessions, or because speakers have too few files.
    """
    rules, folder = rules or ListRules(), Path(folder)
    if unknown := [kind for kind in kinds if kind not in _MAKERS]:
        raise InputError(f"expected lists of {', '.join(_MAKERS)}, got {unknown[0]!r}")
    prefix = f"{name}_" if name else ""
    made = {kind: _MAKERS[kind](source, rules) for kind in kinds}
    files: dict[str, ListFile] = {}
    for kind, (write, counts) in made.items():
        files[kind] = ListFile(folder / f"{prefix}{LIST_FILES[kind]}", counts)
        write(files[kind].path)
    write_json(
        folder / f"{prefix}lists.json",
        {"rules": asdict(rules), "lists": {file.path.name: dict(file.counts) for file in files.values()}},
    )
    return files


_Made = tuple[Callable[[Path], None], dict[str, int]]


def _rng(rules: ListRules, kind: ListKind) -> np.random.Generator:
    return np.random.default_rng([rules.seed, list(LIST_FILES).index(kind)])


def _normal(source: ListSource, rules: ListRules) -> _Made:
    lines = make_normal_list(source)
    return lines.write, {"lines": len(lines.files), "speakers": len(set(lines.speakers))}


def _triplet(source: ListSource, rules: ListRules) -> _Made:
    lines = make_triplet_list(source, rng=_rng(rules, "triplet"))
    return lines.write, {"lines": len(lines.files), "speakers": len(set(lines.speakers))}


def _distribution(source: ListSource, rules: ListRules) -> _Made:
    pairs = make_distribution_list(source, rng=_rng(rules, "distribution"))
    same = int(pairs.same_session.sum())
    return pairs.write, {
        "lines": len(pairs.first),
        "speakers": len(set(pairs.speakers)),
        "same_session": same,
        "different_session": len(pairs.first) - same,
        "speakers_with_one_kind": len(pairs.without_one_kind()),
        "speakers_without_pairs": len(set(source.speakers)) - len(set(pairs.speakers)),
    }


def _test(source: ListSource, rules: ListRules) -> _Made:
    needed = rules.pairs_per_file + 1
    kept = source.with_files(needed) if rules.few_files == "leave_out" else source
    trials = make_test_list(kept, pairs_per_file=rules.pairs_per_file, rng=_rng(rules, "test"))
    counts = Counter(trials.target.tolist())
    speakers = len(set(kept.speakers))
    return (lambda path: write_test_list(path, trials)), {
        "lines": len(trials),
        "speakers": speakers,
        "targets": counts[True],
        "nontargets": counts[False],
        "speakers_left_out": len(set(source.speakers)) - speakers,
    }


_MAKERS: Mapping[str, Callable[[ListSource, ListRules], _Made]] = MappingProxyType(
    {"normal": _normal, "test": _test, "triplet": _triplet, "distribution": _distribution}
)
