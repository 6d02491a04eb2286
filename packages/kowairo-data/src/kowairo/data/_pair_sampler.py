"""Seeded drawing of distinct pairs of lines, speakers taking turns."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

Pair = tuple[str, str]
# Who finds no new pair in so many draws is out; with 1 of 20 pairs left that is wrong once in 3e4.
_TRIES = 200
# The less used of so many random partners is taken, which evens out the turns as test side.
_CHOICES = 4


class PairSampler:
    """Draws pairs of lines that no list has yet and that differ in text.

    Args:
        speakers: Speaker by utterance.
        text: Text by utterance; equal texts make no pair.
        recordings: Recording by utterance; one recording makes no target.
        rng: Source of all draws.
    """

    def __init__(
        self,
        *,
        speakers: Mapping[str, str],
        text: Mapping[str, str],
        recordings: Mapping[str, str],
        rng: np.random.Generator,
    ) -> None:
        self._speakers = speakers
        self._text = text
        self._recordings = recordings
        self._rng = rng

    def targets(
        self, voices: Mapping[str, str], *, only: Collection[str], apart: Mapping[str, str], number: int
    ) -> list[Pair]:
        """Pairs of one voice, voices in turns.

        Args:
            voices: Voice by speaker.
            only: Speakers to draw from; their voice's other speakers take part.
            apart: A value by utterance in which both lines must differ; empty: no such condition.
            number: Most pairs.

        Returns:
            Distinct pairs.
        """
        wanted = {voices[speaker] for speaker in only}
        lines: dict[str, list[str]] = defaultdict(list)
        for utt, speaker in sorted(self._speakers.items()):
            if voices[speaker] in wanted and (not apart or utt in apart):
                lines[voices[speaker]].append(utt)

        def draw(voice: str) -> Pair | None:
            own = lines[voice]
            if len(own) < 2:
                return None
            first, second = int(self._rng.integers(len(own))), int(self._rng.integers(len(own) - 1))
            pair = own[first], own[second + (second >= first)]
            if apart and apart[pair[0]] == apart[pair[1]]:
                return None
            return pair if self._may_be_target(*pair) else None

        return self._in_turns(sorted(lines), draw, number)

    def nontargets(
        self, cells: Mapping[str, str], voices: Mapping[str, str], *, apart: Mapping[str, str], number: int
    ) -> list[Pair]:
        """Pairs of two voices, speakers in turns as the enrolled one.

        Args:
            cells: Cell by utterance, which both lines share; lines without one are not used.
            voices: Voice by speaker.
            apart: A value by utterance in which both lines must differ; empty: no such condition.
            number: Most pairs.

        Returns:
            Distinct pairs.
        """
        by_speaker: dict[str, list[str]] = defaultdict(list)
        by_cell: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for utt in self._in_shared_cells(cells, voices):
            by_speaker[self._speakers[utt]].append(utt)
            by_cell[cells[utt]][self._speakers[utt]].append(utt)
        in_cell = {cell: list(lines) for cell, lines in by_cell.items()}
        uses: Counter[str] = Counter()

        def draw(speaker: str) -> Pair | None:
            first = self._one(by_speaker[speaker])
            names = in_cell[cells[first]]
            partners = [self._one(names) for _ in range(_CHOICES)]
            partners = [other for other in partners if voices[other] != voices[speaker]]
            if not partners:
                return None
            other = min(partners, key=lambda name: uses[name])
            second = self._one(by_cell[cells[first]][other])
            if self._equal_text(first, second) or (apart and apart[first] == apart[second]):
                return None
            uses[other] += 1
            return first, second

        return self._in_turns(sorted(by_speaker), draw, number)

    def _in_shared_cells(self, cells: Mapping[str, str], voices: Mapping[str, str]) -> list[str]:
        """Utterances in cells of two voices or more; from others every draw would be in vain."""
        held: dict[str, set[str]] = defaultdict(set)
        for utt, cell in cells.items():
            held[cell].add(voices[self._speakers[utt]])
        return sorted(utt for utt, cell in cells.items() if len(held[cell]) > 1)

    def _in_turns(self, names: list[str], draw: Callable[[str], Pair | None], number: int) -> list[Pair]:
        pairs: list[Pair] = []
        seen: set[Pair] = set()
        while names and len(pairs) < number:
            left: list[str] = []
            for place in self._rng.permutation(len(names)):
                pair = self._new_pair(names[place], draw, seen)
                if pair is not None:
                    left.append(names[place])
                    pairs.append(pair)
            names = sorted(left)
        return pairs[:number]

    def _new_pair(self, name: str, draw: Callable[[str], Pair | None], seen: set[Pair]) -> Pair | None:
        for _ in range(_TRIES):
            pair = draw(name)
            if pair is None:
                continue
            unordered = (min(pair), max(pair))
            if unordered not in seen:
                seen.add(unordered)
                return pair
        return None

    def _one(self, items: Sequence[str]) -> str:
        return items[int(self._rng.integers(len(items)))]

    def _may_be_target(self, first: str, second: str) -> bool:
        recording = self._recordings.get(first)
        same_recording = recording is not None and recording == self._recordings.get(second)
        return not same_recording and not self._equal_text(first, second)

    def _equal_text(self, first: str, second: str) -> bool:
        text = self._text.get(first)
        return text is not None and text == self._text.get(second)
