"""`ID FILE1 FILE2 SAME_SESSION_FLAG`: pairs of one speaker, of one session and of two."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.data.enhancement_lists._columns import read_columns, read_flag, write_columns
from kowairo.data.enhancement_lists.list_source import ListSource

_Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class DistributionList:
    """Pairs of one speaker's lines."""

    speakers: Sequence[str]
    """(pair,)."""
    first: Sequence[str]
    """(pair,), file."""
    second: Sequence[str]
    """(pair,), another file."""
    same_session: NDArray[np.bool_]
    """(pair,)."""

    @classmethod
    def read(cls, path: Path | str) -> "DistributionList":
        """Read a list.

        Raises:
            InputError: There is no such file, or it holds no line.
            TableError: A line has not four columns, or the last is neither 1 nor 0.
        """
        numbers, (speakers, first, second, flags) = read_columns(path, "ID FILE1 FILE2 SAME_SESSION_FLAG")
        same = [read_flag(path, number, flag) for number, flag in zip(numbers, flags, strict=True)]
        return cls(speakers, first, second, np.array(same, dtype=np.bool_))

    def write(self, path: Path | str) -> None:
        """Write the list atomically."""
        flags = ["1" if same else "0" for same in self.same_session.tolist()]
        write_columns(path, zip(self.speakers, self.first, self.second, flags, strict=True))

    def without_one_kind(self) -> list[str]:
        """Speakers without a pair of one session, or without one of two; sorted."""
        kinds: dict[str, set[bool]] = {}
        for speaker, same in zip(self.speakers, self.same_session.tolist(), strict=True):
            kinds.setdefault(speaker, set()).add(same)
        return sorted(speaker for speaker, found in kinds.items() if len(found) < 2)


def make_distribution_list(source: ListSource, *, rng: np.random.Generator) -> DistributionList:
    """Pairs within sessions, and as many across them.

    The files of each session, shuffled, make consecutive disjoint pairs. Then, as often as the speaker has
    such pairs, a random file of the session with the fewest files left is paired with one of the session
    with the most, and both are used up; this ends early where fewer than two sessions are left. Pairs of one
    session come first, then those of two.

    Args:
        source: Lines with sessions.
        rng: Where the draws come from.

    Raises:
        InputError: Sessions are not known, or no speaker has two lines in one session.

    Source: proj_2022NC (2022).
    """
    if source.sessions is None:
        raise InputError("pairs of one session and of two need sessions; name a table of them")
    within: list[tuple[str, _Pair]] = []
    across: list[tuple[str, _Pair]] = []
    for speaker, places in source.by_speaker().items():
        sessions: dict[str, list[str]] = {}
        for place in places:
            sessions.setdefault(source.sessions[place], []).append(source.files[place])
        same = [pair for files in sessions.values() for pair in _disjoint_pairs(files, rng)]
        within += [(speaker, pair) for pair in same]
        across += [(speaker, pair) for pair in _crossing_pairs(sessions, len(same), rng)]
    if not within:
        raise InputError("no speaker has two lines in one session")
    pairs = within + across
    return DistributionList(
        [speaker for speaker, _ in pairs],
        [pair[0] for _, pair in pairs],
        [pair[1] for _, pair in pairs],
        np.arange(len(pairs)) < len(within),
    )


def _disjoint_pairs(files: list[str], rng: np.random.Generator) -> list[_Pair]:
    order = [files[place] for place in rng.permutation(len(files)).tolist()]
    return list(zip(order[0::2], order[1::2], strict=False))


def _crossing_pairs(sessions: dict[str, list[str]], count: int, rng: np.random.Generator) -> list[_Pair]:
    # Shuffled once: the last of a list is then a random one of it.
    left = [[files[place] for place in rng.permutation(len(files)).tolist()] for files in sessions.values()]
    pairs: list[_Pair] = []
    while len(pairs) < count and len(left) > 1:
        left.sort(key=len)
        pairs.append((left[0].pop(), left[-1].pop()))
        left = [files for files in left if files]
    return pairs
