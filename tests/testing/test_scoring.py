import numpy as np
import pytest

from kowairo.core import Scores
from kowairo.scoring import MeanSubtraction, PlainCosine, SNorm, ZNorm
from kowairo.testing.scoring import check_backend, check_score_normalizer, toy_speakers, toy_trials


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


class ScoresTheEnrolmentMore(PlainCosine):
    def prepare(self, vectors):
        return self.transform(vectors)

    def score_prepared(self, prepared, enroll_rows, test_rows):
        return 0.1 * prepared[enroll_rows, 0]


class ScoresOutOfRange(PlainCosine):
    def score_prepared(self, prepared, enroll_rows, test_rows):
        return 2.0 * super().score_prepared(prepared, enroll_rows, test_rows)

    def factors(self, prepared):
        return 4.0 * prepared, prepared

    def score_matrix(self, enroll, test):
        return 2.0 * super().score_matrix(enroll / 4.0, test)


class CountsOnlyTheFirstUtterance(PlainCosine):
    def enroll(self, prepared, groups):
        return prepared[[group[0] for group in groups]]


class DoublesModels(PlainCosine):
    def score_models(self, models, prepared, model_rows, test_rows):
        return 2.0 * super().score_models(models, prepared, model_rows, test_rows)


class ForgetsItsOffset(MeanSubtraction):
    def affine(self):
        matrix, offset = super().affine()
        return matrix, 0.0 * offset


class ForgetsWhatItLearned(PlainCosine):
    power = 1

    def fit(self, vectors, speakers=()):
        self.power = 3
        return self

    def transform(self, vectors):
        return super().transform(vectors) ** self.power


class CentresOnTheFirstRows(MeanSubtraction):
    def fit(self, vectors, speakers=()):
        return super().fit(vectors[:2])


class SavesBeforeFitting(MeanSubtraction):
    def save(self, folder):
        folder.mkdir()


class TakesAnyDimension(MeanSubtraction):
    def transform(self, vectors):
        missing = len(self.mean_) - np.shape(vectors)[1]
        return super().transform(np.pad(vectors, ((0, 0), (0, missing))))


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
        (ScoresTheEnrolmentMore(), "must be symmetric"),
        (ScoresOutOfRange(), "must lie in"),
        (CountsOnlyTheFirstUtterance(), "order of a model's utterances"),
        (DoublesModels(), "must score as the utterance"),
        (ForgetsItsOffset(), "must equal the affine map"),
        (ForgetsWhatItLearned(), "read from disk must score as the saved one"),
        (CentresOnTheFirstRows(), "order of the training rows"),
        (SavesBeforeFitting(), "saving before fitting"),
        (TakesAnyDimension(), "must refuse another dimension"),
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


def test_toy_speakers_scatter_around_their_centres_and_are_seeded():
    vectors, speakers = toy_speakers(num_speakers=3, each=4, dim=5, spread=0.0, seed=1)
    assert speakers[:4] == ["s00", "s01", "s02", "s00"]
    assert np.array_equal(vectors[:3], vectors[9:])
    assert np.array_equal(toy_speakers(num_speakers=3, each=4, dim=5, spread=0.0, seed=1)[0], vectors)
