"""Which trials belong to which condition: duration, emotion, kind of line, actor, gender, language, title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kowairo.core import Corpus, InputError, Trials

Mask = NDArray[np.bool_]

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
    | emotion_<value> | both sides of that emotion | utt2emotion |
    | kind_speech, kind_nonverbal | both sides speech; at least one side not speech | utt2kind |
    | same_actor | both sides of one voice actor (targets, and the hardest non-targets) | utt2va or spk2va |
    | same_gender | both sides of one gender | utt2gender or spk2gender |
    | gender_<value> | both sides of that gender | utt2gender or spk2gender |
    | same_language | both sides of one language | utt2lang or spk2lang |
    | language_<value> | both sides of that language | utt2lang or spk2lang |
    | title_same, title_different | both sides' titles known | utt2title or spk2title |
    | source_<value> | both sides from that source | utt2source or spk2source |

    A trial with a side that a table does not name is in none of that table's conditions. The conditions
    same_actor, same_gender and same_language are there only if they hold a non-target.

    Args:
        trials: The trials.
        corpus: Tables of the trials' utterances.
        duration_edges_s: Ascending borders of the duration buckets, seconds; a bucket holds its lower border.

    Returns:
        (trial,) masks by name; conditions without any trial are left out.

    Raises:
        InputError: The borders do not ascend, or a duration is no number.
    """
    columns = _Columns.of(trials)
    emotions, kinds = corpus.utt_tables.get("utt2emotion"), corpus.utt_tables.get("utt2kind")
    language = _by_utterance(corpus, "lang")
    gender = _by_utterance(corpus, "gender")
    groups = [
        _durations(columns, corpus, duration_edges_s),
        _agreement(columns, emotions, "emotion"),
        _each_value(columns, emotions, "emotion"),
        _kinds(columns, kinds),
        _shared_by_nontargets(columns, _by_utterance(corpus, "va"), "same_actor"),
        _shared_by_nontargets(columns, gender, "same_gender"),
        _each_value(columns, gender, "gender"),
        _shared_by_nontargets(columns, language, "same_language"),
        _each_value(columns, language, "language"),
        _agreement(columns, _by_utterance(corpus, "title"), "title"),
        _each_value(columns, _by_utterance(corpus, "source"), "source"),
    ]
    return {name: mask for group in groups for name, mask in group.items() if mask.any()}


@dataclass(frozen=True, eq=False)
class _Columns:
    """Both sides of every trial as rows of a list of utterances: a table is read once per utterance."""

    utts: list[str]
    """Each utterance once."""
    enroll: NDArray[np.int64]
    """(trial,) row of the enrolment side."""
    test: NDArray[np.int64]
    """(trial,) row of the test side."""
    target: Mask
    """(trial,)"""

    @classmethod
    def of(cls, trials: Trials) -> _Columns:
        """Number the utterances."""
        row: dict[str, int] = {}
        enroll, test = (
            np.fromiter((row.setdefault(utt, len(row)) for utt in side), np.int64, count=len(trials))
            for side in (trials.enroll, trials.test)
        )
        return cls(list(row), enroll, test, trials.target)

    def values(self, table: Mapping[str, str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        """Values of a table, and which one each side of each trial has: -1 where unknown."""
        names = sorted(set(table.values()))
        number = {name: i for i, name in enumerate(names)}
        codes = np.array([number[table[utt]] if utt in table else -1 for utt in self.utts], dtype=np.int64)
        return names, codes[self.enroll], codes[self.test]


def _by_utterance(corpus: Corpus, kind: str) -> dict[str, str] | None:
    """Read ``utt2<kind>``, or else spread ``spk2<kind>`` over the utterances; None if there is neither."""
    if f"utt2{kind}" in corpus.utt_tables:
        return corpus.utt_tables[f"utt2{kind}"]
    if f"spk2{kind}" not in corpus.spk_tables:
        return None
    values = corpus.spk_tables[f"spk2{kind}"]
    return {utt: values[spk] for utt, spk in corpus.utt2spk.items() if spk in values}


def _agreement(columns: _Columns, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """Trials whose sides have the same value, and those whose sides differ."""
    if table is None:
        return {}
    _, enroll, test = columns.values(table)
    known = (enroll >= 0) & (test >= 0)
    return {f"{name}_same": known & (enroll == test), f"{name}_different": known & (enroll != test)}


def _kinds(columns: _Columns, table: Mapping[str, str] | None) -> dict[str, Mask]:
    """Trials of two spoken lines, and those with a laugh, sob, breath ... on a side."""
    if table is None:
        return {}
    names, enroll, test = columns.values(table)
    speech = names.index("speech") if "speech" in names else len(names)
    both = (enroll == speech) & (test == speech)
    return {"kind_speech": both, "kind_nonverbal": (enroll >= 0) & (test >= 0) & ~both}


def _shared_by_nontargets(columns: _Columns, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """Trials whose sides share the value, if there is a non-target among them."""
    if table is None:
        return {}
    _, enroll, test = columns.values(table)
    same = (enroll >= 0) & (enroll == test)
    return {name: same} if (same & ~columns.target).any() else {}


def _each_value(columns: _Columns, table: Mapping[str, str] | None, name: str) -> dict[str, Mask]:
    """For every value the trials with it on both sides."""
    if table is None:
        return {}
    names, enroll, test = columns.values(table)
    return {f"{name}_{value}": (enroll == i) & (test == i) for i, value in enumerate(names)}


def _durations(columns: _Columns, corpus: Corpus, edges_s: Sequence[float]) -> dict[str, Mask]:
    """Buckets of the shorter side's duration."""
    if not edges_s or list(edges_s) != sorted(set(edges_s)):
        raise InputError(f"expected ascending duration borders in seconds, got {list(edges_s)}")
    if "utt2dur" not in corpus.utt_tables:
        return {}
    seconds = {utt: _seconds(utt, text) for utt, text in corpus.utt_tables["utt2dur"].items()}
    durations = np.array([seconds.get(utt, np.nan) for utt in columns.utts])
    shorter = np.minimum(durations[columns.enroll], durations[columns.test])  # NaN, in no bucket: unknown
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
