"""Which trials belong to which condition: duration, emotion, kind of line, actor, gender, title, source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kowairo.core import Corpus, InputError, Trials

Mask = NDArray[np.bool_]
_Column = list[str | None]

DURATION_EDGES_S = (2.0, 4.0)
"""Default borders of the duration buckets, seconds."""


def trial_conditions(
    trials: Trials, corpus: Corpus, *, duration_edges_s: Sequence[float] = DURATION_EDGES_S
) -> dict[str, Mask]:
    """Sort trials into the conditions that the corpus tables allow.

    | name | trials | needs |
    | --- | --- | --- |
    | duration_under_2s, duration_2_4s, duration_over_4s | by the shorter side | utt2dur |
    | emotion_same, emotion_different | both sides' emotions known | utt2emotion |
    | kind_speech, kind_nonverbal | both sides speech; at least one side not speech | utt2kind |
    | same_actor | both sides of one voice actor (targets, and the hardest non-targets) | spk2va |
    | same_gender | both sides of one gender | spk2gender |
    | gender_<value> | both sides of that gender | spk2gender |
    | title_same, title_different | both sides' titles known | utt2title or spk2title |
    | source_<value> | both sides from that source | spk2source |

    A trial with a side that a table does not name is in none of that table's conditions.

    Args:
        trials: The trials.
        corpus: Tables of the trials' utterances.
        duration_edges_s: Ascending borders of the duration buckets, seconds; a bucket holds its lower border.

    Returns:
        (trial,) masks by name; conditions without any trial are left out.

    Raises:
        InputError: A trial's utterance has no speaker, the borders do not ascend, or a duration is no number.
    """
    groups = [
        _durations(trials, corpus, duration_edges_s),
        _agreement(trials, corpus.utt_tables.get("utt2emotion"), "emotion"),
        _kinds(trials, corpus.utt_tables.get("utt2kind")),
        _shared_by_nontargets(trials, _by_utterance(corpus, "spk2va"), "same_actor"),
        _shared_by_nontargets(trials, _by_utterance(corpus, "spk2gender"), "same_gender"),
        _each_value(trials, _by_utterance(corpus, "spk2gender"), "gender"),
        _agreement(trials, corpus.utt_tables.get("utt2title") or _by_utterance(corpus, "spk2title"), "title"),
        _each_value(trials, _by_utterance(corpus, "spk2source"), "source"),
    ]
    return {name: mask for group in groups for name, mask in group.items() if mask.any()}


def _by_utterance(corpus: Corpus, table: str) -> dict[str, str] | None:
    """Spread a speaker table over the utterances; None if there is no such table."""
    if table not in corpus.spk_tables:
        return None
    values = corpus.spk_tables[table]
    return {utt: values[spk] for utt, spk in corpus.utt2spk.items() if spk in values}


def _columns(trials: Trials, table: Mapping[str, str]) -> tuple[_Column, _Column]:
    """Values of both sides of every trial, None where unknown."""
    return [table.get(utt) for utt in trials.enroll], [table.get(utt) for utt in trials.test]


def _mask(columns: tuple[_Column, _Column], rule: Callable[[str, str], bool]) -> Mask:
    """Trials whose two known values satisfy the rule."""
    pairs = zip(*columns, strict=True)
    return np.array([a is not None and b is not None and rule(a, b) for a, b in pairs], dtype=np.bool_)


def _agreement(trials: Trials, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """Trials whose sides have the same value, and those whose sides differ."""
    if table is None:
        return {}
    columns = _columns(trials, table)
    return {
        f"{name}_same": _mask(columns, lambda a, b: a == b),
        f"{name}_different": _mask(columns, lambda a, b: a != b),
    }


def _kinds(trials: Trials, table: Mapping[str, str] | None) -> dict[str, Mask]:
    """Trials of two spoken lines, and those with a laugh, sob, breath ... on a side."""
    if table is None:
        return {}
    columns = _columns(trials, table)
    return {
        "kind_speech": _mask(columns, lambda a, b: a == b == "speech"),
        "kind_nonverbal": _mask(columns, lambda a, b: not a == b == "speech"),
    }


def _shared_by_nontargets(trials: Trials, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """Trials whose sides share the value, if there is a non-target among them."""
    if table is None:
        return {}
    same = _mask(_columns(trials, table), lambda a, b: a == b)
    return {name: same} if (same & ~trials.target).any() else {}


def _each_value(trials: Trials, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """For every value the trials with it on both sides."""
    if table is None:
        return {}
    columns = _columns(trials, table)
    same = _mask(columns, lambda a, b: a == b)
    values = np.array([value or "" for value in columns[0]])
    return {f"{name}_{value}": same & (values == value) for value in sorted(set(table.values()))}


def _durations(trials: Trials, corpus: Corpus, edges_s: Sequence[float]) -> dict[str, Mask]:
    """Buckets of the shorter side's duration."""
    if not edges_s or list(edges_s) != sorted(set(edges_s)):
        raise InputError(f"expected ascending duration borders in seconds, got {list(edges_s)}")
    if "utt2dur" not in corpus.utt_tables:
        return {}
    seconds = {utt: _seconds(utt, text) for utt, text in corpus.utt_tables["utt2dur"].items()}
    sides = [[seconds.get(utt, np.nan) for utt in side] for side in (trials.enroll, trials.test)]
    shorter = np.minimum(*map(np.array, sides))  # NaN, so in no bucket, if a side is unknown
    borders = [-np.inf, *edges_s, np.inf]
    return {_bucket_name(low, high): (shorter >= low) & (shorter < high) for low, high in pairwise(borders)}


def _bucket_name(low: float, high: float) -> str:
    """Name a bucket by its borders in seconds."""
    if low == -np.inf:
        return f"duration_under_{high:g}s"
    return f"duration_over_{low:g}s" if high == np.inf else f"duration_{low:g}_{high:g}s"


def _seconds(utt: str, text: str) -> float:
    """Read a duration of utt2dur."""
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"utt2dur: expected seconds for {utt}, got {text!r}") from error
