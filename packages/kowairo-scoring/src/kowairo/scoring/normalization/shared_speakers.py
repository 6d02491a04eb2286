"""The rule that a cohort holds no speaker of the trials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kowairo.core import InputError
from kowairo.scoring.normalization.cohort import Cohort

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
    shared = sorted(cohort.rows_by_speaker.keys() & set(speakers))
    if shared and shared_speakers == "refuse":
        raise InputError(
            f"the cohort holds {len(shared)} speakers of the trials, e.g. {shared[0]!r}; take others, "
            'or ask for shared_speakers="exclude"'
        )
