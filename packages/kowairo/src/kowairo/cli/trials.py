"""Commands `kowairo trials ...`."""

from pathlib import Path

from kowairo.core import Corpus
from kowairo.data import write_trial_lists


def make(*, corpus: Path, seed: int = 0, max_trials: int = 10_000) -> None:
    """Draw every kind of trials that the tables of a set allow.

    The lists appear in the set's folder: `trials` (of one title where titles are known),
    `trials_cross_title`, `trials_same_actor`, `trials_same_gender` and `trials_all`; of actors
    (`kowairo corpus relabel`) also `trials_cross_character`, whose targets are of two characters.

    Args:
        corpus: Kaldi folder of the set.
        seed: Equal seeds give equal lists.
        max_trials: Most trials in a list, half of them targets.
    """
    sizes = write_trial_lists(Corpus.read(corpus), corpus, seed=seed, max_trials=max_trials)
    for name, size in sizes.items():
        print(f"{corpus / name}: {size} trials")
