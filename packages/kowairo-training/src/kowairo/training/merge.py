"""Characters that are one voice under two ids: found by confusion and by name, then merged."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, atomic_path, write_json

ConfusionMeasure = Literal["errors", "runner_up"]
"""When a line of a counts as taken for b: b scores highest ("errors"), or highest but for a ("runner_up")."""


@dataclass(frozen=True)
class ConfusedPair:
    """Two speakers that are taken for each other.

    Attributes:
        first: speaker with the smaller id.
        second: the other.
        first_as_second: share of the first's lines taken for the second.
        second_as_first: share of the second's lines taken for the first.
        lines: lines of both.
        same_name: whether both have the same bare name in different titles.
    """

    first: str
    second: str
    first_as_second: float
    second_as_first: float
    lines: int
    same_name: bool = False

    @property
    def mutual(self) -> float:
        """The smaller of the two shares: both must be taken for each other."""
        return min(self.first_as_second, self.second_as_first)


def confused_pairs(
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: list[str],
    *,
    measure: ConfusionMeasure = "runner_up",
    names: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> list[ConfusedPair]:
    """Pairs of speakers by how often their held-out lines are taken for each other.

    Plain errors need many lines per speaker before a pair shows, and a well-trained model has hardly any; who
    comes second is known for every line.

    Args:
        logits: (utterance, class) margin-free logits of held-out lines.
        labels: (utterance,) class of each.
        classes: speaker ids.
        measure: what counts as taking one for the other.
        names: bare character name of each speaker, if known.
        titles: title of each speaker, if known.

    Returns:
        Pairs with any confusion, most mutual first, then by sum of shares, then by id.
    """
    ranked = logits.astype(np.float64)
    if measure == "runner_up":
        ranked[np.arange(len(labels)), labels] = -np.inf
    taken = ranked.argmax(axis=1)
    lines = np.bincount(labels, minlength=len(classes))
    counts: dict[tuple[int, int], list[int]] = {}
    for true, other in zip(labels.tolist(), taken.tolist(), strict=True):
        if true != other:
            low, high = sorted((true, other))
            counts.setdefault((low, high), [0, 0])[int(true == high)] += 1
    pairs = [
        ConfusedPair(
            first=classes[low],
            second=classes[high],
            first_as_second=forth / max(1, int(lines[low])),
            second_as_first=back / max(1, int(lines[high])),
            lines=int(lines[low] + lines[high]),
            same_name=_same_name(classes[low], classes[high], names or {}, titles or {}),
        )
        for (low, high), (forth, back) in counts.items()
    ]
    return sorted(
        pairs, key=lambda p: (-p.mutual, -(p.first_as_second + p.second_as_first), p.first, p.second)
    )


def merge_map(
    pairs: list[ConfusedPair],
    *,
    line_counts: Mapping[str, int],
    min_mutual: float = 0.3,
    require_same_name: bool = True,
) -> dict[str, str]:
    """Aliases of the pairs that are one character.

    The published rule: high confusion, and the same character name in another title (a sequel, a fan disc).

    Source: history of the anime speaker embedding (litagin02, 2025); the threshold is not published.

    Args:
        pairs: confused pairs.
        line_counts: training lines of each speaker; of merged speakers the one with the most lines keeps its
            id.
        min_mutual: least share of lines of either speaker taken for the other.
        require_same_name: whether the names must agree; without names, confusion alone merges only when this
            is off.

    Returns:
        Canonical speaker of each alias; empty when nothing is to be merged.

    Raises:
        InputError: if min_mutual is not in (0, 1].
    """
    if not 0.0 < min_mutual <= 1.0:
        raise InputError(f"min_mutual is a share in (0, 1], got {min_mutual}")
    group: dict[str, set[str]] = {}
    for pair in pairs:
        if pair.mutual >= min_mutual and (pair.same_name or not require_same_name):
            joined = group.get(pair.first, {pair.first}) | group.get(pair.second, {pair.second})
            group.update(dict.fromkeys(joined, joined))
    canonical = {
        speaker: min(joined, key=lambda member: (-line_counts.get(member, 0), member))
        for speaker, joined in group.items()
    }
    return {alias: target for alias, target in sorted(canonical.items()) if alias != target}


def write_merge(
    folder: Path, pairs: list[ConfusedPair], aliases: Mapping[str, str], *, max_pairs: int = 200
) -> None:
    """Write `confusion.tsv` and `merge_map.json`.

    Args:
        folder: folder to write into.
        pairs: confused pairs, most confused first.
        aliases: canonical speaker of each alias.
        max_pairs: how many pairs to write.
    """
    columns = ("first", "second", "first_as_second", "second_as_first", "lines", "same_name", "merged")
    with atomic_path(folder / "confusion.tsv") as path, path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        for pair in pairs[:max_pairs]:
            merged = aliases.get(pair.first, pair.first) == aliases.get(pair.second, pair.second)
            shares = (f"{pair.first_as_second:.4f}", f"{pair.second_as_first:.4f}")
            writer.writerow([pair.first, pair.second, *shares, pair.lines, int(pair.same_name), int(merged)])
    write_json(folder / "merge_map.json", dict(aliases))


def _same_name(first: str, second: str, names: Mapping[str, str], titles: Mapping[str, str]) -> bool:
    if first not in names or names[first] != names.get(second):
        return False
    # Two characters of one title may share a name ("student A"); they are two.
    return titles.get(first) is None or titles.get(first) != titles.get(second)
