import numpy as np
import pytest

from kowairo.core import InputError, Scores, TableError, read_scores, write_json, write_scores
from kowairo.scoring import AdaptiveSNorm, ZNorm, score_trials
from kowairo.scoring.normalization import FileCounts, ScoreNormalizer, load_normalizer
from kowairo.testing.scoring import check_score_normalizer, toy_trials


class Shifted(ScoreNormalizer):
    """The least that somebody else's normaliser has to be: scores less their mean over the cohort's size."""

    def fit(self, embeddings, cohort, *, utt2spk=None):
        if utt2spk and set(cohort.speakers) & set(utt2spk.values()):
            raise InputError("shared speakers")
        self.shift_ = 1 / len(cohort)
        return self

    def transform(self, scores):
        if not hasattr(self, "shift_"):
            raise InputError("not fitted")
        return Scores(scores.enroll, scores.test, scores.values - self.shift_)

    def normalize_pair(self, score, enroll, test):
        return score - self.shift_

    def save(self, folder):
        folder.mkdir()
        write_json(folder / "config.json", {"kind": "Shifted", "shift": self.shift_})

    @classmethod
    def load(cls, folder):
        loaded = cls()
        loaded.shift_ = 0.025
        return loaded


def test_somebody_elses_normaliser_needs_five_methods_only(tmp_path):
    check_score_normalizer(Shifted())
    embeddings, trials, cohort = toy_trials()
    write_scores(tmp_path / "raw", score_trials(embeddings, trials))
    normalizer = Shifted().fit(embeddings, cohort)
    normalizer.transform_file(tmp_path / "raw", tmp_path / "out")
    raw, out = read_scores(tmp_path / "raw"), read_scores(tmp_path / "out")
    assert out.values == pytest.approx(raw.values - 0.025)
    normalizer.save(tmp_path / "norm")
    assert isinstance(load_normalizer(tmp_path / "norm"), Shifted)


def test_without_labels_a_cohort_cannot_be_refused_and_with_them_it_is():
    embeddings, _, cohort = toy_trials()
    labels = dict.fromkeys(embeddings.utts, "cohort3")
    ZNorm().fit(embeddings, cohort)
    for normalizer in (ZNorm(), AdaptiveSNorm(top_n=5)):
        with pytest.raises(InputError, match="'cohort3'"):
            normalizer.fit(embeddings, cohort, utt2spk=labels)


@pytest.mark.parametrize("variant", ["own", "cross"])
def test_a_file_is_normalised_as_its_scores_are(variant, tmp_path):
    embeddings, trials, cohort = toy_trials()
    scores = score_trials(embeddings, trials)
    write_scores(tmp_path / "raw", scores)
    normalizer = AdaptiveSNorm(top_n=5, variant=variant).fit(embeddings, cohort)
    counts = normalizer.transform_file(tmp_path / "raw", tmp_path / "out")
    normed, expected = read_scores(tmp_path / "out"), normalizer.transform(scores)
    assert counts == FileCounts(written=len(trials), skipped=0)
    assert (normed.enroll, normed.test) == (scores.enroll, scores.test)
    assert normed.values == pytest.approx(expected.values, abs=1e-12)


def test_a_trial_that_was_not_measured_is_named_or_left_out_and_counted(tmp_path):
    embeddings, _, cohort = toy_trials()
    (tmp_path / "raw").write_text("spk0-0 spk1-0 0.5\nspk0-0 other 0.25\nspk0-1 spk1-0 0.75\n")
    normalizer = ZNorm().fit(embeddings, cohort)
    with pytest.raises(TableError, match=r"raw:2: an utterance of the trial spk0-0 other was not measured"):
        normalizer.transform_file(tmp_path / "raw", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    counts = normalizer.transform_file(tmp_path / "raw", tmp_path / "out", skip_missing=True)
    assert counts == FileCounts(written=2, skipped=1)
    assert read_scores(tmp_path / "out").enroll == ["spk0-0", "spk0-1"]
    with pytest.raises(InputError, match="no cohort statistics for 1 utterances, the first is 'other'"):
        normalizer.transform(read_scores(tmp_path / "raw"))


def test_statistics_are_fitted_once_and_serve_any_trial_list(tmp_path):
    embeddings, _, cohort = toy_trials()
    normalizer = AdaptiveSNorm(top_n=5).fit(embeddings, cohort)
    normalizer.enroll_statistics_.save(tmp_path / "s")
    again = type(normalizer.enroll_statistics_).load(tmp_path / "s")
    assert again.utts == tuple(embeddings.utts)
    assert np.array_equal(again.mean, normalizer.enroll_statistics_.mean)


def test_a_folder_of_no_known_normaliser_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_normalizer(tmp_path)
    write_json(tmp_path / "config.json", {"kind": "os.system"})
    with pytest.raises(InputError, match=r"one normaliser called 'os\.system', 0 are imported"):
        load_normalizer(tmp_path)
    write_json(tmp_path / "config.json", {"kind": "CohortNorm"})
    with pytest.raises(InputError, match="called 'CohortNorm', 0 are"):
        load_normalizer(tmp_path)
