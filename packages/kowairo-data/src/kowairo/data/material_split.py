"""Which noises, pieces of music and rooms are for training, and which for noisy test conditions."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Literal, get_args

from kowairo.core import InputError

Part = Literal["train", "test"]
PARTS: tuple[Part, ...] = get_args(Part)

_LIST_FILE = "material_split.txt"
_TEST_PERCENT = 20
# Material that kowairo makes itself: every number is an independent recording.
_MADE = re.compile(r"^(?:made_.*|room)_(\d+)$")
# One or two digits at the end number the parts of one recording ("farm_10", "farm_11"); longer numbers are
# serial numbers of unrelated files ("noise-free-sound-0042").
_PART_NUMBER = re.compile(r"[-_. ]*(?:part)?[-_. ]*(?<!\d)\d{1,2}$", re.IGNORECASE)


def split_material(names: Iterable[str]) -> dict[str, Part]:
    """Assign recordings to the training part (about 80 %) or to the test part.

    Three rules, the first that applies: the committed list ``material_split.txt`` of the known public set;
    material made by kowairo by its number, every fifth to the test part; all else by a stable hash of
    :func:`source_group`, so that parts of one recording stay together and a file never changes sides when
    others come or go. Where this leaves a part of two or more groups empty, the group with the extreme hash
    moves there.

    Args:
        names: ids of one kind of material.

    Returns:
        Part by name, sorted by name.
    """
    listed = listed_parts()
    parts = {name: listed.get(name) or _unlisted_part(name) for name in sorted(names)}
    return _without_empty_part(parts)


def source_group(name: str) -> str:
    """The recording that a file is a part of: its name without a part number of one or two digits at the end.

    What kowairo makes itself is its own group: its numbers count independent recordings.

    Args:
        name: id of a recording.

    Returns:
        The group, never empty.

    Example:
        >>> source_group("amb_farm_10"), source_group("noise-free-sound-0042")
        ('amb_farm', 'noise-free-sound-0042')
    """
    return name if _MADE.match(name) else _PART_NUMBER.sub("", name) or name


def hashed_part(group: str) -> Part:
    """Part of a group by SHA-256 of its name: the same on every machine, in every run.

    Args:
        group: any name.

    Returns:
        ``"test"`` for 20 % of all names, else ``"train"``.
    """
    return "test" if _digest(group) % 100 < _TEST_PERCENT else "train"


def listed_parts() -> dict[str, Part]:
    """Read the committed list of the known public set.

    Returns:
        Part by name.

    Raises:
        InputError: the list is damaged.
    """
    text = resources.files(__package__).joinpath(_LIST_FILE).read_text(encoding="utf-8")
    parts: dict[str, Part] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        name, _, word = line.partition(" ")
        known = [part for part in PARTS if part == word]
        if not known:
            raise InputError(f"{_LIST_FILE}:{number}: expected `name train|test`, got {line!r}")
        parts[name] = known[0]
    return parts


def _unlisted_part(name: str) -> Part:
    made = _MADE.match(name)
    if made:
        return "test" if int(made.group(1)) % 5 == 4 else "train"
    return hashed_part(source_group(name))


def _without_empty_part(parts: Mapping[str, Part]) -> dict[str, Part]:
    groups = sorted({source_group(name) for name in parts}, key=_digest)
    present = set(parts.values())
    if len(groups) < 2 or len(present) == len(PARTS):
        return dict(parts)
    # All in one part: a handful of files whose hashes happened to fall on one side.
    moved = groups[0] if present == {"train"} else groups[-1]
    other: Part = "test" if present == {"train"} else "train"
    return {name: other if source_group(name) == moved else part for name, part in parts.items()}


def _digest(group: str) -> int:
    return int.from_bytes(hashlib.sha256(group.encode("utf-8")).digest()[:8], "big")
