import numpy as np
import pytest
from scipy.stats import norm

from kowairo.core import InputError
from kowairo.scoring.calibration import GaussianCalibrator, LogisticCalibrator


def test_a_hand_worked_example():
    # targets 3, 5: mean 4, variance 1; non-targets 0, 2: mean 1, variance 1. a = 3 / 1, b = (1 - 16) / 2
    calibrator = GaussianCalibrator().fit([3.0, 5.0, 0.0, 2.0], [True, True, False, False])
    assert (calibrator.scale_, calibrator.offset_) == (3.0, -7.5)
    assert calibrator.transform([2.5, 3.5]).tolist() == [0.0, 3.0]


def test_the_prior_weighs_the_variances_of_the_classes():
    # variances 4 and 1, shares .25 and .75: 1.75
    calibrator = GaussianCalibrator().fit([2.0, 6.0, 0.0, 2.0], [True, True, False, False], prior=0.25)
    assert calibrator.scale_ == pytest.approx(3 / 1.75)


def test_it_is_the_log_ratio_of_the_two_normal_densities():
    rng = np.random.default_rng(0)
    scores, target = np.concatenate([rng.normal(3, 2, 50), rng.normal(1, 1, 80)]), np.arange(130) < 50
    deviation = np.sqrt((scores[target].var() + scores[~target].var()) / 2)
    points = np.linspace(-4, 8, 25)
    expected = norm.logpdf(points, scores[target].mean(), deviation)
    expected -= norm.logpdf(points, scores[~target].mean(), deviation)
    got = GaussianCalibrator().fit(scores, target).transform(points)
    np.testing.assert_allclose(got, expected, atol=1e-10)


def test_on_normal_scores_it_agrees_with_logistic_regression():
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.normal(2, 1, 20_000), rng.normal(0, 1, 20_000)])
    target = np.arange(40_000) < 20_000
    gaussian, logistic = GaussianCalibrator().fit(scores, target), LogisticCalibrator().fit(scores, target)
    assert gaussian.scale_ == pytest.approx(logistic.scale_, rel=0.03)
    assert gaussian.offset_ == pytest.approx(logistic.offset_, rel=0.03)


def test_scores_without_spread_are_refused():
    with pytest.raises(InputError, match="no variance"):
        GaussianCalibrator().fit([1.0, 1.0, 0.0, 0.0], [True, True, False, False])
