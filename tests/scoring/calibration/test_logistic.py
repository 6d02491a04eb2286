import logging

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from kowairo.core import InputError
from kowairo.scoring import min_dcf
from kowairo.scoring.calibration import LogisticCalibrator


def _trials(num_target=200, num_nontarget=500, seed=0):
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(2, 1, num_target), rng.normal(0, 1, num_nontarget)])
    return scores, np.arange(scores.size) < num_target


def test_two_scores_give_the_ratios_that_counting_gives():
    # score 1: 3/4 of the targets and 1/4 of the non-targets, score 0 the other way round: ln 3 and -ln 3
    scores, target = [1, 1, 1, 0, 1, 0, 0, 0], [True] * 4 + [False] * 4
    calibrator = LogisticCalibrator(ridge=1e-12).fit(scores, target)
    np.testing.assert_allclose(calibrator.transform([1.0, 0.0]), [np.log(3), -np.log(3)], atol=1e-6)
    assert calibrator.scale_ == pytest.approx(2 * np.log(3), abs=1e-6)
    assert calibrator.offset_ == pytest.approx(-np.log(3), abs=1e-6)


def test_it_agrees_with_a_weighted_sklearn_regression_minus_the_logit_of_the_prior():
    scores, target = _trials()
    prior = 0.1
    weights = np.where(target, prior / target.sum(), (1 - prior) / (~target).sum()) * target.size
    expected = LogisticRegression(C=1e9, tol=1e-10, max_iter=1000)
    expected.fit(scores[:, None], target, sample_weight=weights)
    calibrator = LogisticCalibrator(ridge=1e-12).fit(scores, target, prior=prior)
    assert calibrator.scale_ == pytest.approx(expected.coef_[0, 0], rel=1e-4)
    assert calibrator.offset_ == pytest.approx(expected.intercept_[0] - np.log(prior / (1 - prior)), rel=1e-4)


@pytest.mark.parametrize("prior", [0.01, 0.5])
def test_it_agrees_with_a_naive_minimisation_of_the_stated_loss(prior):
    scores, target = _trials(60, 90)
    ridge, deviation = 0.01, scores.std()

    def loss(parameters):
        total = ridge / 2 * (parameters[0] * deviation) ** 2
        for score, label in zip(scores, target, strict=True):
            log_odds = parameters[0] * score + parameters[1] + np.log(prior / (1 - prior))
            share = prior / target.sum() if label else (1 - prior) / (~target).sum()
            total += share * np.logaddexp(0, -log_odds if label else log_odds)
        return total

    expected = minimize(loss, [0.0, 0.0], tol=1e-12).x
    calibrator = LogisticCalibrator(ridge=ridge).fit(scores, target, prior=prior)
    # the tolerance is that of the numerical gradient
    np.testing.assert_allclose([calibrator.scale_, calibrator.offset_], expected, atol=1e-3)


def test_gaussian_scores_of_one_variance_get_their_true_ratios():
    # N(2, 1) against N(0, 1): llr = 2 s - 2
    calibrator = LogisticCalibrator().fit(*_trials(20_000, 60_000))
    assert calibrator.scale_ == pytest.approx(2, abs=0.05)
    assert calibrator.offset_ == pytest.approx(-2, abs=0.05)


def test_the_prior_of_the_training_is_not_in_the_output():
    # A well-specified model: every prior has the same optimum up to sampling noise; logit(.01) is -4.6.
    scores, target = _trials(20_000, 60_000)
    offsets = [LogisticCalibrator().fit(scores, target, prior=p).offset_ for p in (0.01, 0.5, 0.9)]
    np.testing.assert_allclose(offsets, -2, atol=0.25)


def test_the_output_does_not_saturate_as_a_probability_would():
    scores, target = _trials()
    llr = LogisticCalibrator().fit(scores, target).transform([50.0, 60.0])
    assert llr[1] - llr[0] > 10


def test_perfectly_separated_trials_give_a_finite_increasing_map():
    calibrator = LogisticCalibrator().fit([2.0, 3.0, 0.0, 1.0], [True, True, False, False])
    assert 0 < calibrator.scale_ < 100
    assert calibrator.transform([1.5])[0] == pytest.approx(0, abs=1e-6)


def test_a_constant_scorer_gets_ratios_of_zero(caplog):
    with caplog.at_level(logging.WARNING):
        calibrator = LogisticCalibrator().fit(np.full(10, 0.3), np.arange(10) < 3, prior=0.05)
    np.testing.assert_allclose(calibrator.transform([0.3, 0.7]), 0, atol=1e-9)
    assert "constant" in caplog.text


def test_scores_that_fall_with_likeness_are_warned_of(caplog):
    scores, target = _trials()
    with caplog.at_level(logging.WARNING):
        LogisticCalibrator().fit(-scores, target)
    assert "swapped" in caplog.text


def test_the_order_of_trials_is_kept_so_min_dcf_stays():
    scores, target = _trials()
    llr = LogisticCalibrator().fit(scores, target).transform(scores)
    assert min_dcf(llr[target], llr[~target]).value == min_dcf(scores[target], scores[~target]).value


@pytest.mark.parametrize("ridge", [0.0, -1.0, float("nan")])
def test_a_ridge_that_is_not_positive_is_refused(ridge):
    with pytest.raises(InputError, match="ridge above 0"):
        LogisticCalibrator(ridge=ridge).fit(*_trials())
