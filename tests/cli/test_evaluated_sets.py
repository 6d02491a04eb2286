import numpy as np
import pytest

from kowairo.cli.evaluated_sets import EvaluationFiles, Measurement, score_set
from kowairo.core import InputError, Scores, read_json
from kowairo.scoring import Cohort, SNorm


@pytest.fixture
def scored(corpus, embeddings):
    cohort = Cohort.of_utterances(np.random.default_rng(0).standard_normal((20, 8)))
    return score_set(
        "test", corpus, embeddings / "test", backend=None, normalizers={"s": SNorm()}, cohort=cohort
    )


def test_every_list_is_scored_plainly_and_normalised(scored):
    assert list(scored.scores) == [("trials", "none"), ("trials", "s")]
    assert len(scored.scores["trials", "s"]) == 276


def test_an_utterance_without_embedding_names_the_embeddings(corpus, embeddings):
    with pytest.raises(InputError, match=f"{embeddings / 'train'}: no embedding of"):
        score_set("test", corpus, embeddings / "train", backend=None, normalizers={}, cohort=None)


def test_likelihood_ratios_get_their_costs(scored, tmp_path):
    measurement = Measurement(EvaluationFiles("toy", tmp_path), None, 0, 20, 0)
    plain = scored.scores["trials", "none"]
    ratios = Scores(plain.enroll, plain.test, plain.values * 10)
    measurement.measure(scored, "trials", "s+calibrated", ratios)
    row = read_json(tmp_path / "results" / "toy.test.trials.s+calibrated.json")
    assert {"cllr", "min_cllr", "act_dcf_0.05", "eer"} <= row.keys()


def test_plain_scores_of_the_headline_list_get_conditions_and_worst_trials(scored, tmp_path):
    measurement = Measurement(EvaluationFiles("toy", tmp_path), None, 2, 20, 0)
    measurement.measure(scored, "trials", "none", scored.scores["trials", "none"])
    rows = read_json(tmp_path / "results" / "toy.test.trials.none.json")
    assert [row["condition"] for row in rows] == ["all", "duration_under_2s"]
    worst = (tmp_path / "worst" / "toy.test.tsv").read_text().splitlines()
    assert len(worst) == 5
    assert worst[1].endswith(".wav")
