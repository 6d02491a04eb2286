"""Who speaks in each of millions of utterances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import CorpusTables, InputError, StringArray

UNLABELLED = "-"
"""Speaker id of utterances whose speaker nobody knows."""


@dataclass(frozen=True, eq=False)
class SpeakerLabels:
    """Utterances and the number of the speaker of each.

    Attributes:
        utts: utterance ids.
        codes: (utterance,) index into `names`.
        names: speaker ids, in any order; one may stand twice, after merging.
    """

    utts: StringArray
    codes: NDArray[np.int32]
    names: list[str]

    @classmethod
    def of(cls, utt2spk: Mapping[str, str] | SpeakerLabels) -> SpeakerLabels:
        """Labels from a dictionary, in its order; labels stay as they are.

        Args:
            utt2spk: speaker of each utterance.
        """
        if isinstance(utt2spk, SpeakerLabels):
            return utt2spk
        names, codes = StringArray.from_texts(utt2spk.values()).codes()
        return cls(StringArray.from_texts(utt2spk), codes, names)

    @classmethod
    def of_tables(cls, tables: CorpusTables) -> SpeakerLabels:
        """Labels of a Kaldi folder, sorted by utterance."""
        names, codes = tables.speaker_codes
        return cls(tables.utts, codes, names)

    def merged(self, merge_map: Mapping[str, str]) -> SpeakerLabels:
        """Rename aliases to their canonical speaker.

        Args:
            merge_map: canonical speaker of each alias.

        Raises:
            InputError: if a canonical speaker is an alias itself: a chain has no single reading.
        """
        check_merge_map(merge_map)
        if not merge_map:
            return self
        renamed = [merge_map.get(name, name) for name in self.names]
        names = sorted(set(renamed))
        number = {name: code for code, name in enumerate(names)}
        codes = np.array([number[name] for name in renamed], dtype=np.int32)[self.codes]
        return SpeakerLabels(self.utts, codes, names)

    def take(self, rows: NDArray[np.int64]) -> SpeakerLabels:
        """Some of the utterances.

        Args:
            rows: (chosen,) their rows.
        """
        return SpeakerLabels(self.utts.take(rows), self.codes[rows], self.names)

    def of_speakers(self, names: set[str]) -> SpeakerLabels:
        """The utterances of some speakers.

        Args:
            names: the speakers.
        """
        wanted = np.array([name in names for name in self.names], dtype=np.bool_)
        return self if wanted.all() else self.take(np.flatnonzero(wanted[self.codes]))

    def largest(self, max_speakers: int | None) -> set[str]:
        """The speakers with the most utterances; ties go to the smaller id, and "-" is none.

        Args:
            max_speakers: how many to keep; None keeps all.
        """
        counts = np.bincount(self.codes, minlength=len(self.names)).tolist()
        lines = {
            name: count
            for name, count in zip(self.names, counts, strict=True)
            if count and name != UNLABELLED
        }
        return set(sorted(lines, key=lambda name: (-lines[name], name))[:max_speakers])

    def speakers(self) -> list[str]:
        """(utterance,) speaker of each, as strings."""
        return [self.names[code] for code in self.codes.tolist()]


def check_merge_map(merge_map: Mapping[str, str]) -> None:
    """Refuse a merge map with chains.

    Args:
        merge_map: canonical speaker of each alias.

    Raises:
        InputError: if a canonical speaker is an alias itself: a chain has no single reading.
    """
    chained = sorted(set(merge_map.values()) & set(merge_map))
    if chained:
        raise InputError(
            f"merge map: {chained[0]!r} is both an alias and the target of one; map both to one speaker"
        )
