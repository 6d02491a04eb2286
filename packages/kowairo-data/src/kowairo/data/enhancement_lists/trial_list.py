"""`SAME_SPEAKER_FLAG FILE1 FILE2`: trials around every file."""

from pathlib import Path

import numpy as np

from kowairo.core import InputError, Trials
from kowairo.data.enhancement_lists._columns import write_columns
from kowairo.data.enhancement_lists.list_source import ListSource

PAIRS_PER_FILE = 4


def make_test_list(
    source: ListSource, *, pairs_per_file: int = PAIRS_PER_FILE, rng: np.random.Generator
) -> Trials:
    """Pair every file with n others of its speaker and n of others, targets and non-targets in turn.

    The n of the speaker are different files, never the file itself; the n of others are of a speaker drawn
    with equal chance each, so speakers with many files do not outweigh the rest.

    Args:
        source: Lines of two speakers or more, each with n + 1 files or more.
        pairs_per_file: n.
        rng: Where the draws come from.

    Raises:
        InputError: A speaker has too few files, there is only one, or n is not positive.

    Source: proj_2022NC (2022), with n = 4.
    """
    if pairs_per_file < 1:
        raise InputError(f"expected a pair or more per file, got {pairs_per_file}")
    source.refuse_small(pairs_per_file + 1)
    places = list(source.by_speaker().values())
    if len(places) < 2:
        raise InputError("trials need two speakers, got one")
    enroll: list[str] = []
    test: list[str] = []
    for number, own in enumerate(places):
        for order, place in enumerate(own):
            same = rng.choice(len(own) - 1, pairs_per_file, replace=False)
            other = rng.integers(len(places) - 1, size=pairs_per_file)
            for kept, drawn in zip(same.tolist(), other.tolist(), strict=True):
                theirs = places[drawn + (drawn >= number)]
                enroll += [source.files[place]] * 2
                test += [
                    source.files[own[kept + (kept >= order)]],
                    source.files[theirs[int(rng.integers(len(theirs)))]],
                ]
    return Trials(enroll, test, np.arange(len(enroll)) % 2 == 0)


def write_test_list(path: Path | str, trials: Trials) -> None:
    """Write `1|0 FILE1 FILE2` lines atomically; `kowairo.core.read_trials` reads them."""
    flags = ["1" if target else "0" for target in trials.target.tolist()]
    write_columns(path, zip(flags, trials.enroll, trials.test, strict=True))
