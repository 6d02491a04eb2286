from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from kowairo.core import AudioRef, Corpus, InputError, Trials
from kowairo.inference.more_trials import more_trials


@pytest.fixture
def corpus():
    utt2spk = {f"s{i}-{j}": f"s{i}" for i in range(4) for j in range(6)}
    return Corpus({utt: AudioRef(Path("x.wav")) for utt in utt2spk}, utt2spk)


@pytest.fixture
def trials():
    pairs = [("s0-0", "s1-0"), ("s0-1", "s1-1"), ("s2-0", "s3-0"), ("s0-0", "s0-1")]
    return Trials([a for a, _ in pairs], [b for _, b in pairs], np.array([False, False, False, True]))


def speakers(trials):
    return Counter((a[:2], b[:2]) for a, b in zip(trials.enroll, trials.test, strict=True))


def test_pairs_of_different_speakers_keep_their_proportions(trials, corpus):
    longer = more_trials(trials, corpus, factor=5)
    assert speakers(longer) == {("s0", "s1"): 10, ("s2", "s3"): 5, ("s0", "s0"): 1}


def test_listed_trials_stay_first_and_nothing_is_repeated(trials, corpus):
    longer = more_trials(trials, corpus, factor=5)
    assert longer.enroll[:4] == trials.enroll
    keys = [frozenset(pair) for pair in zip(longer.enroll, longer.test, strict=True)]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 2 for key in keys)


def test_labels_are_those_of_the_speakers(trials, corpus):
    longer = more_trials(trials, corpus, factor=4)
    expected = [a[:2] == b[:2] for a, b in zip(longer.enroll, longer.test, strict=True)]
    assert longer.target.tolist() == expected


def test_no_more_are_drawn_than_there_are(trials, corpus):
    longer = more_trials(trials, corpus, factor=1000)
    assert speakers(longer) == {("s0", "s1"): 36, ("s2", "s3"): 36, ("s0", "s0"): 1}


def test_a_factor_of_one_is_the_list_itself(trials, corpus):
    alone = more_trials(trials, corpus, factor=1)
    assert (alone.enroll, alone.test) == (trials.enroll, trials.test)


def test_equal_seeds_draw_equal_trials(trials, corpus):
    first, second, other = (more_trials(trials, corpus, factor=4, seed=seed) for seed in (1, 1, 2))
    assert first.test == second.test
    assert first.test != other.test


def test_what_cannot_be_multiplied_is_refused(trials, corpus):
    with pytest.raises(InputError, match="at least 1, got 0"):
        more_trials(trials, corpus, factor=0)
    with pytest.raises(InputError, match="'s0-0' is not in the corpus"):
        more_trials(trials, corpus.subset(["s1-0", "s1-1"]), factor=2)
