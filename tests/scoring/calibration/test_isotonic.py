import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.scoring.calibration import IsotonicCalibrator, LogisticCalibrator, isotonic_llrs
from kowairo.scoring.metrics import cllr, min_cllr

_LABELLED = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=4, max_size=40).filter(
    lambda trials: 2 <= sum(label for _, label in trials) <= len(trials) - 2
)


def _naive_pav(scores, target):
    """Pool adjacent violators with a list of pools, a pseudo-target below and a pseudo-non-target above."""
    pools = [[1, 0, []]]
    for score in sorted(set(scores)):
        labels = [t for s, t in zip(scores, target, strict=True) if s == score]
        pools.append([sum(labels), len(labels) - sum(labels), [score]])
    pools.append([0, 1, []])
    merged = []
    for t, n, members in pools:
        merged.append([t, n, members])
        while len(merged) > 1:
            (t0, n0, m0), (t1, n1, m1) = merged[-2:]
            if t0 * (t1 + n1) < t1 * (t0 + n0):
                break
            merged[-2:] = [[t0 + t1, n0 + n1, m0 + m1]]
    num_target, num_nontarget = sum(target) + 1, len(target) - sum(target) + 1
    return [np.log(t / num_target) - np.log(n / num_nontarget) for t, n, members in merged for _ in members]


def test_a_hand_worked_example():
    # In order T | N | T N | T T | N with the pseudo-trials outside: T N and T N have share 1/2, T T N 2/3.
    # N + 1: 4 targets and 3 non-targets.
    scores, llrs = isotonic_llrs(np.array([0.0, 1, 1, 2, 2]), np.array([False, True, False, True, True]))
    assert scores.tolist() == [0.0, 1.0, 2.0]
    low, high = np.log(2 / 4) - np.log(2 / 3), np.log(2 / 4) - np.log(1 / 3)
    np.testing.assert_allclose(llrs, [low, low, high], atol=1e-12)


@given(_LABELLED)
def test_it_agrees_with_a_naive_pool_adjacent_violators(trials):
    scores = np.array([float(score) for score, _ in trials])
    target = np.array([label for _, label in trials])
    _, llrs = isotonic_llrs(scores, target)
    np.testing.assert_allclose(llrs, _naive_pav(scores.tolist(), target.tolist()), atol=1e-9)


@given(_LABELLED)
def test_the_saved_knots_reproduce_every_training_score(trials):
    scores = np.array([float(score) for score, _ in trials])
    target = np.array([label for _, label in trials])
    distinct, llrs = isotonic_llrs(scores, target)
    np.testing.assert_allclose(IsotonicCalibrator().fit(scores, target).transform(distinct), llrs, atol=1e-12)


@given(_LABELLED)
def test_a_strictly_increasing_change_of_the_scores_changes_nothing(trials):
    scores = np.array([float(score) for score, _ in trials])
    target = np.array([label for _, label in trials])
    np.testing.assert_allclose(
        isotonic_llrs(np.exp(scores) + scores, target)[1], isotonic_llrs(scores, target)[1], atol=1e-12
    )


def test_a_constant_scorer_has_ratios_of_zero():
    llr = IsotonicCalibrator().fit(np.full(9, 0.2), np.arange(9) < 3).transform([0.1, 0.2, 0.3])
    np.testing.assert_allclose(llr, 0, atol=1e-12)


def test_perfect_separation_stays_finite_and_grows_with_the_number_of_trials():
    few, many = (
        IsotonicCalibrator().fit(np.repeat([0.0, 1.0], n), np.repeat([False, True], n)).transform([0.0, 1.0])
        for n in (10, 1000)
    )
    # n of one kind and the one pseudo-trial of the other, both out of n + 1
    np.testing.assert_allclose(few, [-np.log(10), np.log(10)], atol=1e-12)
    np.testing.assert_allclose(many, [-np.log(1000), np.log(1000)], atol=1e-10)


def test_between_scores_the_map_is_a_line_and_beyond_them_constant():
    calibrator = IsotonicCalibrator().fit(np.repeat([0.0, 1.0], 5), np.repeat([False, True], 5))
    low, middle, high = calibrator.transform([0.0, 0.5, 1.0])
    assert middle == pytest.approx((low + high) / 2)
    assert calibrator.transform([-9.0, 9.0]).tolist() == [low, high]


def test_the_prior_changes_nothing():
    rng = np.random.default_rng(0)
    scores, target = rng.normal(size=60), rng.random(60) < 0.4
    low, high = (IsotonicCalibrator().fit(scores, target, prior=p) for p in (0.01, 0.9))
    np.testing.assert_array_equal(low.transform(scores), high.transform(scores))


def test_with_many_trials_the_cost_on_them_is_the_floor_of_the_cllr():
    rng = np.random.default_rng(0)
    scores, target = rng.normal(np.repeat([2, 0], 20_000), 1), np.repeat([True, False], 20_000)
    llr = IsotonicCalibrator().fit(scores, target).transform(scores)
    floor = min_cllr(scores[target], scores[~target])
    # two pseudo-trials among 40,000
    assert floor <= cllr(llr[target], llr[~target]) < floor + 2e-3


def test_it_follows_a_shape_that_no_line_can():
    # Three levels of evidence at scores 0, 1, 10: 1/9, 1, 9
    scores = np.repeat([0.0, 1.0, 10.0], 1000)
    target = np.concatenate([np.arange(1000) < share for share in (100, 500, 900)])
    isotonic = IsotonicCalibrator().fit(scores, target).transform([0.0, 1.0, 10.0])
    logistic = LogisticCalibrator().fit(scores, target).transform([0.0, 1.0, 10.0])
    np.testing.assert_allclose(isotonic, [-np.log(9), 0, np.log(9)], atol=0.02)
    assert abs(logistic[1]) > 0.5
