import numpy as np
import pytest

from kowairo.core import InputError, Trials
from kowairo.inference.eer_change import EerChange, measure_eer_change


@pytest.fixture
def trials(corpus):
    utts = corpus.utts
    pairs = [(a, b) for i, a in enumerate(utts) for b in utts[i + 1 :]]
    same = [corpus.utt2spk[a] == corpus.utt2spk[b] for a, b in pairs]
    return Trials([a for a, _ in pairs], [b for _, b in pairs], np.array(same))


def test_a_network_does_not_differ_from_itself(corpus, checkpoint, trials):
    change = measure_eer_change(checkpoint, checkpoint, corpus, trials)
    assert change.rise == 0.0
    assert change.least_cosine == pytest.approx(1.0)
    assert change.num_trials == len(trials)


def test_the_rise_is_after_less_before():
    assert EerChange(0.05, 0.06, 0.99, 10).rise == pytest.approx(0.01)


def test_a_line_that_the_corpus_lacks_is_named(corpus, checkpoint):
    with pytest.raises(InputError, match="gone"):
        measure_eer_change(
            checkpoint, checkpoint, corpus, Trials(["gone"], [corpus.utts[0]], np.array([True]))
        )
