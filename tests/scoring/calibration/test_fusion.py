import logging

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from kowairo.core import InputError
from kowairo.scoring import eer
from kowairo.scoring.calibration import Fusion, LogisticCalibrator


def _systems(seed=0, num_trials=4000):
    """Two systems with independent errors, the second in other units."""
    rng = np.random.default_rng(seed)
    target = np.arange(num_trials) < num_trials // 4
    return np.column_stack([rng.normal(2.0 * target, 1), rng.normal(100 + 300.0 * target, 200)]), target


def test_two_independent_gaussian_systems_get_the_sum_of_their_ratios():
    # llr = (2 s - 2) + (300 s' / 200^2 - (400^2 - 100^2) / (2 200^2))
    scores, target = _systems(num_trials=40_000)
    fusion = Fusion().fit(scores, target)
    np.testing.assert_allclose(fusion.weights_, [2, 0.0075], rtol=0.05)
    assert fusion.offset_ == pytest.approx(-2 - 1.875, rel=0.05)


def test_it_agrees_with_sklearn_on_standardised_columns():
    scores, target = _systems()
    standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    weights = np.where(target, 0.5 / target.sum(), 0.5 / (~target).sum()) * target.size
    expected = LogisticRegression(C=1e9, tol=1e-10, max_iter=1000).fit(
        standard, target, sample_weight=weights
    )
    got = Fusion(ridge=1e-12).fit(scores, target).transform(scores)
    np.testing.assert_allclose(got, expected.decision_function(standard), rtol=1e-3, atol=1e-3)


def test_the_fusion_of_one_system_is_its_logistic_calibration():
    scores, target = _systems()
    expected = LogisticCalibrator().fit(scores[:, 0], target, prior=0.05).transform(scores[:, 0])
    got = Fusion().fit(scores[:, :1], target, prior=0.05).transform(scores[:, :1])
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_fusion_makes_fewer_errors_than_either_system():
    fusion = Fusion().fit(*_systems())
    scores, target = _systems(seed=1)
    fused = fusion.transform(scores)
    alone = min(eer(column[target], column[~target]).value for column in scores.T)
    assert eer(fused[target], fused[~target]).value < 0.9 * alone


def test_swapping_the_systems_swaps_the_weights():
    scores, target = _systems()
    forward, backward = Fusion().fit(scores, target), Fusion().fit(scores[:, ::-1], target)
    np.testing.assert_allclose(forward.weights_, backward.weights_[::-1], rtol=1e-6)


def test_a_system_given_twice_shares_its_weight():
    scores, target = _systems()
    single, twice = Fusion().fit(scores[:, :1], target), Fusion().fit(scores[:, [0, 0]], target)
    np.testing.assert_allclose(twice.weights_, single.weights_[0] / 2, rtol=1e-4)


def test_a_constant_column_gets_no_weight(caplog):
    scores, target = _systems()
    scores[:, 1] = 0.1
    with caplog.at_level(logging.WARNING):
        fusion = Fusion().fit(scores, target)
    assert fusion.weights_[1] == 0
    assert "columns [1] are constant" in caplog.text


def test_another_number_of_columns_or_names_is_refused():
    scores, target = _systems()
    with pytest.raises(InputError, match="expected 2 columns as in the fit, got 1"):
        Fusion().fit(scores, target).transform(scores[:, 0])
    with pytest.raises(InputError, match="one name per column"):
        Fusion(names=["ecapa"]).fit(scores, target)
