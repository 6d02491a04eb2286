import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.inference.card_calibration import LabelledTrials, calibration_facts
from kowairo.inference.score_meaning import ScoreMeaning
from kowairo.scoring import cosine_scores


def labelled(name, *, seed, speakers=30, lines=6, spread=0.9):
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((speakers, 8))
    utts = {f"{name}{i:02d}-{j}": f"{name}{i:02d}" for i in range(speakers) for j in range(lines)}
    vectors = [centres[int(who[-2:])] + spread * rng.standard_normal(8) for who in utts.values()]
    pairs = [(a, b) for a in utts for b in utts if a < b and (utts[a] == utts[b] or rng.random() < 0.1)]
    target = np.array([utts[a] == utts[b] for a, b in pairs])
    trials = Trials([a for a, _ in pairs], [b for _, b in pairs], target)
    return LabelledTrials(
        f"{name}/trials", EmbeddingSet(np.array(vectors, np.float32), list(utts), {}), trials, utts
    )


@pytest.fixture(scope="module")
def development():
    return labelled("dev", seed=0)


@pytest.fixture(scope="module")
def facts(development):
    return calibration_facts(development, check=labelled("test", seed=1), num_replicates=100)


def test_the_card_can_be_read_back(facts, development):
    meaning = ScoreMeaning.of_card(facts)
    eer = meaning.threshold("eer")
    assert eer.trials == "dev/trials"
    cosines = development.cosines()
    assert eer.far.value == pytest.approx(np.mean(cosines[~development.trials.target] >= eer.value))


def test_cosines_are_those_of_the_embeddings(development):
    rows = development.embeddings.rows(development.trials.enroll[:3] + development.trials.test[:3])
    expected = cosine_scores(rows[:3], rows[3:])
    np.testing.assert_allclose(development.cosines()[:3], expected, atol=1e-6)


def test_ratios_are_right_on_average(facts, development):
    meaning = ScoreMeaning.of_card(facts)
    ratios = np.array([meaning.llr(value) for value in development.cosines()])
    target = development.trials.target
    # Logistic regression at an even prior makes the weighted mean probability that of the targets.
    probabilities = 1.0 / (1.0 + np.exp(-ratios))
    mean = 0.5 * probabilities[target].mean() + 0.5 * probabilities[~target].mean()
    assert mean == pytest.approx(0.5, abs=1e-3)
    assert facts["calibration"]["cllr"] < 1.0


def test_the_promise_is_checked_on_other_speakers(facts):
    eer = facts["checked"]["points"]["eer"]
    assert facts["checked"]["trials"] == "test/trials"
    assert eer["far"]["kept"] is True
    assert eer["far"]["missed_by"] == 0.0


def test_a_promise_that_does_not_hold_is_missed_by_so_much(development):
    facts = calibration_facts(development, check=labelled("test", seed=1, spread=3.0), num_replicates=100)
    frr = facts["checked"]["points"]["eer"]["frr"]
    promised = facts["operating_points"]["points"]["eer"]["frr"]
    assert frr["kept"] is False
    assert frr["missed_by"] == pytest.approx(frr["value"] - promised["high"], abs=1e-6)
    assert facts["checked"]["cllr"] > facts["checked"]["min_cllr"]


def test_without_a_check_nothing_is_said_of_it(development):
    assert calibration_facts(development, num_replicates=10)["checked"] is None


def test_a_check_on_the_same_speakers_is_refused(development):
    with pytest.raises(InputError, match="shares 30 speakers with dev/trials, the first: dev00"):
        calibration_facts(development, check=development, num_replicates=10)
