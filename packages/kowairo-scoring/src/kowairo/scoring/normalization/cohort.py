"""A cohort: the impostors that score normalisation measures every utterance against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import encode_labels
from kowairo.scoring.cosine import length_normalize


@dataclass(frozen=True, eq=False)
class Cohort:
    """Unit-length vectors of impostors, and whose they are if that is known."""

    vectors: NDArray[np.float64]
    """(cohort, dim), every row of length 1."""
    speakers: tuple[str, ...] | None = None
    """(cohort,) speaker of each row, or None if unknown: then no row is known as a trial's own."""

    def __post_init__(self) -> None:
        if self.speakers is not None and len(self.speakers) != len(self.vectors):
            raise InputError(
                f"expected one speaker per cohort row, got {len(self.speakers)} for {len(self.vectors)} rows"
            )
        if len(self.vectors) < 2:
            raise InputError(f"expected a cohort of two or more rows, got {len(self.vectors)}")

    def __len__(self) -> int:
        return len(self.vectors)

    @classmethod
    def of_utterances(cls, vectors: ArrayLike, speakers: Sequence[str] | None = None) -> Self:
        """Make every utterance a row.

        Args:
            vectors: (cohort, dim) embeddings of any length.
            speakers: (cohort,) their speakers, if known.

        Returns:
            The cohort.
        """
        return cls(length_normalize(vectors), None if speakers is None else tuple(speakers))

    @classmethod
    def of_speakers(cls, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Make every speaker a row: the mean of the unit-length utterances, scaled to length 1 again.

        (WeSpeaker averages raw embeddings instead, which lets long vectors weigh more.)

        Args:
            vectors: (n, dim) embeddings of any length.
            speakers: (n,) their speakers.

        Returns:
            The cohort, in sorted order of its speakers.
        """
        unit = length_normalize(vectors)
        names, index = encode_labels(speakers, expected=len(unit))
        sums = np.zeros((len(names), unit.shape[1]))
        np.add.at(sums, index, unit)
        return cls(length_normalize(sums), tuple(names))

    def same_speaker(self, speakers: Sequence[str]) -> NDArray[np.bool_]:
        """Mark cohort rows of the given speakers: (n, cohort) bool, all false if labels are unknown."""
        if self.speakers is None:
            return np.zeros((len(speakers), len(self)), dtype=np.bool_)
        rows: NDArray[np.bool_] = np.array(speakers)[:, None] == np.array(self.speakers)[None, :]
        return rows


SharedSpeakers = Literal["refuse", "exclude"]
"""What to do if a cohort holds a speaker of the trials: raise, or leave its rows out for that speaker."""


def check_cohort_speakers(
    cohort: Cohort, speakers: Iterable[str], *, shared_speakers: SharedSpeakers
) -> None:
    """Refuse a cohort that holds a speaker of the trials, unless its rows are to be excluded.

    Excluding per side is the lesser evil only: a non-target trial's other speaker still sits in the cohort.

    Raises:
        InputError: A speaker is shared and ``shared_speakers`` is "refuse", or names neither choice.
    """
    if shared_speakers not in ("refuse", "exclude"):
        raise InputError(f"expected shared_speakers refuse or exclude, got {shared_speakers!r}")
    shared = sorted(set(cohort.speakers or ()) & set(speakers))
    if shared and shared_speakers == "refuse":
        raise InputError(
            f"the cohort holds {len(shared)} speakers of the trials, e.g. {shared[0]!r}; take others, "
            'or ask for shared_speakers="exclude"'
        )
