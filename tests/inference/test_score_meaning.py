import math

import pytest

from kowairo.core import InputError
from kowairo.inference.score_meaning import ScoreMeaning, probability

RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINT = {"threshold": 0.4, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": "few"}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 10.0, "offset": -4.0},
    "operating_points": {
        "scores": "cosine",
        "points": {"eer": POINT},
        "unsupported": {"far_0.001": "not supported by this many trials"},
    },
}


def test_a_cosine_is_worth_what_the_card_says():
    meaning = ScoreMeaning.of_card(CARD)
    assert meaning.llr(0.5) == pytest.approx(1.0)
    eer = meaning.threshold("eer")
    assert (eer.value, eer.far.high, eer.trials, eer.warning) == (0.4, 0.08, "dev/trials", "few")


def test_a_card_without_calibration_gives_no_ratio():
    assert ScoreMeaning.of_card({}).llr(0.5) is None


def test_thresholds_on_other_scores_are_not_taken():
    points = {**CARD["operating_points"], "scores": "plda"}
    assert ScoreMeaning.of_card({"operating_points": points}).thresholds == {}


@pytest.mark.parametrize(
    ("card", "name", "message"),
    [
        (CARD, "far_0.001", "not supported by this many trials"),
        (CARD, "far_0.5", "the card has eer"),
        ({}, "eer", "no thresholds: `kowairo models calibrate`"),
    ],
)
def test_a_point_that_is_missing_is_explained(card, name, message):
    with pytest.raises(InputError, match=message):
        ScoreMeaning.of_card(card).threshold(name)


@pytest.mark.parametrize(
    "card",
    [
        {"calibration": {"kind": "LogisticCalibrator", "scale": "x", "offset": 0}},
        {"operating_points": {"points": {"eer": {}}}},
        {"operating_points": [1]},
    ],
)
def test_a_card_that_cannot_be_read_is_refused(card):
    with pytest.raises(InputError, match="has a calibration that cannot be read"):
        ScoreMeaning.of_card(card)


def test_the_probability_at_an_even_prior_is_the_logistic_function():
    assert probability(1.0, prior=0.5) == pytest.approx(1.0 / (1.0 + math.exp(-1.0)))


def test_the_probability_follows_bayes_rule():
    # Odds of 1 to 9, times a likelihood ratio of 3, are 1 to 3.
    assert probability(math.log(3.0), prior=0.1) == pytest.approx(0.25)
    assert probability(-1e6, prior=0.5) == 0.0


@pytest.mark.parametrize("prior", [0.0, 1.0, -1.0])
def test_a_prior_that_is_none_is_refused(prior):
    with pytest.raises(InputError, match="expected a prior"):
        probability(0.0, prior=prior)
