import numpy as np
import pytest

from kowairo.core import Scores
from kowairo.scoring import MeanSubtraction, PlainCosine, SNorm, ZNorm
from kowairo.testing.scoring import check_backend, check_score_normalizer, toy_trials


class WritesIntoItsInput(PlainCosine):
    def transform(self, vectors):
        vectors = super().transform(vectors)
        vectors += 1.0
        return vectors


class CentresOnTheBatch(PlainCosine):
    def transform(self, vectors):
        vectors = super().transform(vectors)
        return vectors - vectors.mean(axis=0)


class LetsNanThrough(PlainCosine):
    def transform(self, vectors):
        return np.nan_to_num(np.asarray(vectors, dtype=float))


class SortsTheTrials(ZNorm):
    def transform(self, scores):
        done = super().transform(scores)
        order = np.argsort(done.values)
        return Scores([done.enroll[i] for i in order], [done.test[i] for i in order], done.values[order])


class TakesAnyCohort(SNorm):
    def fit(self, embeddings, cohort, *, utt2spk=None):
        return super().fit(embeddings, cohort)


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        (WritesIntoItsInput(), "must not change their input"),
        (CentresOnTheBatch(), "a row alone must equal"),
        (LetsNanThrough(), "must refuse NaN"),
    ],
)
def test_backends_that_break_the_contract_are_caught(backend, message):
    check_backend(MeanSubtraction())
    with pytest.raises(AssertionError, match=message):
        check_backend(backend)


@pytest.mark.parametrize(
    ("normalizer", "message"),
    [(SortsTheTrials(), "trials must stay as they are"), (TakesAnyCohort(), "must be refused")],
)
def test_normalisers_that_break_the_contract_are_caught(normalizer, message):
    with pytest.raises(AssertionError, match=message):
        check_score_normalizer(normalizer)


def test_toy_trials_are_all_pairs_of_their_utterances_and_seeded():
    embeddings, trials, cohort = toy_trials(num_speakers=3)
    assert (len(embeddings), len(trials), int(trials.target.sum())) == (12, 66, 18)
    assert not set(cohort.speakers) & {utt.split("-")[0] for utt in embeddings.utts}
    assert np.array_equal(toy_trials(num_speakers=3)[0].vectors, embeddings.vectors)
