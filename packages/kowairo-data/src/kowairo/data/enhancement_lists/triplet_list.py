"""`ID FILE OTHER_ID`: single lines, each with a speaker to keep away from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kowairo.core import InputError, TableError
from kowairo.data.enhancement_lists._columns import read_columns, write_columns
from kowairo.data.enhancement_lists.list_source import ListSource


@dataclass(frozen=True)
class TripletList:
    """Lines with their speaker and another one."""

    speakers: Sequence[str]
    """(line,)."""
    files: Sequence[str]
    """(line,)."""
    others: Sequence[str]
    """(line,), another speaker each."""

    @classmethod
    def read(cls, path: Path | str) -> "TripletList":
        """Read a list.

        Raises:
            InputError: There is no such file, or it holds no line.
            TableError: A line has not three columns, or names one speaker twice.
        """
        numbers, (speakers, files, others) = read_columns(path, "ID FILE OTHER_ID")
        for number, speaker, other in zip(numbers, speakers, others, strict=True):
            if speaker == other:
                raise TableError(path, number, f"{speaker!r} stands for the other speaker, too")
        return cls(speakers, files, others)

    def write(self, path: Path | str) -> None:
        """Write the list atomically."""
        write_columns(path, zip(self.speakers, self.files, self.others, strict=True))


def make_triplet_list(source: ListSource, *, rng: np.random.Generator) -> TripletList:
    """One line a file, each with a speaker drawn from all others with equal chance.

    Args:
        source: Lines of two speakers or more.
        rng: Where the draws come from.

    Raises:
        InputError: There is only one speaker.
    """
    names = sorted(set(source.speakers))
    if len(names) < 2:
        raise InputError("triplets need two speakers, got one")
    place = {name: number for number, name in enumerate(names)}
    # Of the others: those behind one's own place move up by one.
    drawn = rng.integers(len(names) - 1, size=len(source.files)).tolist()
    others = [
        names[number + (number >= place[speaker])]
        for number, speaker in zip(drawn, source.speakers, strict=True)
    ]
    return TripletList(list(source.speakers), list(source.files), others)
