"""What lists are made of: lines with their speaker and session."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kowairo.core import InputError

_NAMED = 5


@dataclass(frozen=True)
class ListSource:
    """Lines of known speakers.

    Raises:
        InputError: The columns differ in length, there is no line, or a name is empty or holds a blank.
    """

    files: Sequence[str]
    """Utterance ids, each once."""
    speakers: Sequence[str]
    """Speaker of each."""
    sessions: Sequence[str] | None = None
    """Session of each: a recording, a title, an emotion; None where nothing is known of them."""

    def __post_init__(self) -> None:
        sizes = {
            len(self.files),
            len(self.speakers),
            len(self.files if self.sessions is None else self.sessions),
        }
        if len(sizes) > 1 or not self.files:
            raise InputError(f"expected a speaker and a session for each of some files, got {sorted(sizes)}")
        for name in (*self.files, *set(self.speakers)):
            if not name or any(blank in name for blank in " \t\r\n"):
                raise InputError(f"{name!r} is empty or holds a blank, which parts the columns of a list")

    @classmethod
    def of_tables(
        cls, utts: Iterable[str], utt2spk: Mapping[str, str], sessions: Mapping[str, str] | None = None
    ) -> "ListSource":
        """Take speakers and sessions from tables; lines that a table leaves out are not used.

        Args:
            utts: Utterance ids.
            utt2spk: Speaker by utterance.
            sessions: Session by utterance; None where there is no such table.

        Raises:
            InputError: No line has a speaker (and a session).
        """
        kept = sorted(utt for utt in utts if utt in utt2spk and (sessions is None or utt in sessions))
        found = None if sessions is None else [sessions[utt] for utt in kept]
        return cls(kept, [utt2spk[utt] for utt in kept], found)

    @classmethod
    def of_paths(cls, utts: Iterable[str]) -> "ListSource":
        """Read speaker and session from ids of the form `speaker/session/utterance`.

        Raises:
            InputError: An id has not that form.
        """
        kept = sorted(utts)
        if odd := [utt for utt in kept if utt.count("/") < 2]:
            raise InputError(
                f"{odd[0]!r} does not name speaker/session/utterance ({len(odd)} such); give their tables"
            )
        return cls(kept, [utt.split("/")[0] for utt in kept], [utt.rsplit("/", 1)[0] for utt in kept])

    def by_speaker(self) -> dict[str, list[int]]:
        """Places of the files of each speaker, speakers sorted."""
        table: dict[str, list[int]] = {}
        for place, speaker in enumerate(self.speakers):
            table.setdefault(speaker, []).append(place)
        return dict(sorted(table.items()))

    def with_files(self, minimum: int) -> "ListSource":
        """Leave out the speakers with fewer files.

        Raises:
            InputError: Nobody is left.
        """
        counts = Counter(self.speakers)
        kept = [place for place, speaker in enumerate(self.speakers) if counts[speaker] >= minimum]
        if not kept:
            raise InputError(f"no speaker has {minimum} files")
        return self._taken(kept)

    def split(self, shares: Mapping[str, float], *, rng: np.random.Generator) -> "dict[str, ListSource]":
        """Part the speakers, so that none is on two sides.

        Args:
            shares: Share of the speakers by name of the side, above 0; they sum to 1 at most.
            rng: Where the draw comes from.

        Returns:
            The sides, each with two speakers or more.

        Raises:
            InputError: Shares are not such, or a side has fewer than two speakers.
        """
        if not shares or min(shares.values()) <= 0 or sum(shares.values()) > 1 + 1e-9:
            raise InputError(f"expected shares above 0 that sum to 1 at most, got {dict(shares)}")
        names = sorted(set(self.speakers))
        order = [names[place] for place in rng.permutation(len(names)).tolist()]
        sides, start, total = {}, 0, 0.0
        for name, share in shares.items():
            total += share
            end = round(total * len(order))
            chosen = set(order[start:end])
            if len(chosen) < 2:
                raise InputError(
                    f"{len(names)} speakers leave {len(chosen)} for {name}, expected two or more"
                )
            sides[name] = self._taken([p for p, speaker in enumerate(self.speakers) if speaker in chosen])
            start = end
        return sides

    def _taken(self, places: Sequence[int]) -> "ListSource":
        sessions = None if self.sessions is None else [self.sessions[place] for place in places]
        return ListSource(
            [self.files[place] for place in places], [self.speakers[place] for place in places], sessions
        )

    def refuse_small(self, minimum: int) -> None:
        """Insist on a number of files a speaker.

        Raises:
            InputError: Speakers have fewer; the message counts them and names the first.
        """
        small = sorted((name, count) for name, count in Counter(self.speakers).items() if count < minimum)
        if small:
            named = ", ".join(f"{name} ({count})" for name, count in small[:_NAMED])
            more = ", ..." if len(small) > _NAMED else ""
            raise InputError(f"{len(small)} speakers have fewer than {minimum} files: {named}{more}")


def speakers_by_path(utts: Iterable[str]) -> dict[str, str]:
    """The part before the first "/" of each id that has one: its speaker, in the layout of VoxCeleb."""
    return {utt: utt.partition("/")[0] for utt in utts if "/" in utt}
