import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.calibration import (
    EqualErrors,
    FalseAlarmRate,
    find_operating_points,
    measure_threshold,
)


def _trials(num_speakers=25, num_trials=4000, seed=0):
    rng = np.random.default_rng(seed)
    enroll = rng.integers(num_speakers, size=num_trials)
    test = np.where(rng.random(num_trials) < 0.5, enroll, rng.integers(num_speakers, size=num_trials))
    target = enroll == test
    scores = rng.normal(2.0 * target, 1) + 0.3 * rng.normal(size=num_speakers)[enroll]
    return scores, target, [f"s{i}" for i in enroll], [f"s{i}" for i in test]


def _naive_rates(scores, target, enroll, test, threshold, weights):
    """Weighted error rates by a loop over the trials."""
    wrong, total = [0.0, 0.0], [0.0, 0.0]
    for score, label, a, b in zip(scores, target.tolist(), enroll, test, strict=True):
        weight = weights[a] if label else weights[a] * weights[b]
        total[label] += weight
        wrong[label] += weight * ((score < threshold) if label else (score >= threshold))
    return wrong[0] / total[0], wrong[1] / total[1]


def test_rates_and_counts_of_a_hand_worked_list():
    point = measure_threshold(
        2.0, [1, 2, 3, 0, 2, 1.9], [1, 1, 1, 0, 0, 0], "abaabb", "ababaa", name="x", trials="t"
    )
    assert (point.far.value, point.frr.value) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (point.num_false_alarms, point.num_misses, point.num_target, point.num_nontarget) == (1, 1, 3, 3)
    assert (point.num_speakers, point.name, point.trials) == (2, "x", "t")


def test_intervals_agree_with_a_naive_loop_over_trials_on_the_same_draws():
    trials = _trials(num_speakers=6, num_trials=150)
    point = measure_threshold(1.0, *trials, name="x", trials="t", num_replicates=40, seed=3)
    names = sorted(set(trials[2]) | set(trials[3]))
    draws = np.random.default_rng(3).multinomial(6, np.full(6, 1 / 6), size=40)
    replicates = [_naive_rates(*trials, 1.0, dict(zip(names, draw.tolist(), strict=True))) for draw in draws]
    far, frr = np.quantile(replicates, [0.025, 0.975], axis=0).T
    np.testing.assert_allclose([point.far.low, point.far.high], far, atol=1e-12)
    np.testing.assert_allclose([point.frr.low, point.frr.high], frr, atol=1e-12)


def test_points_lie_where_their_names_say_and_inside_their_intervals():
    points = find_operating_points(*_trials(), trials="dev", rules=[EqualErrors(), FalseAlarmRate(0.05)])
    equal, rate = points["eer"], points["far_0.05"]
    assert equal.far.value == pytest.approx(equal.frr.value, abs=0.002)
    assert 0.045 < rate.far.value <= 0.05
    assert rate.far.low < rate.far.value < rate.far.high
    assert rate.threshold > equal.threshold


def test_a_point_seen_with_too_few_errors_is_not_kept():
    scores, target, enroll, test = _trials()
    points = find_operating_points(scores, target, enroll, test, trials="dev", rules=[FalseAlarmRate(0.001)])
    assert points.points == {}
    assert points.unsupported["far_0.001"] == ("not supported by this many trials: 1 errors seen, 30 needed")


def test_thirty_errors_are_enough_and_twenty_nine_are_not():
    scores = np.concatenate([np.full(100, 5.0), np.arange(100) / 100])
    target, enroll = np.arange(200) < 100, ["a"] * 200
    test = ["a"] * 100 + ["b"] * 100
    rules = [FalseAlarmRate(0.29), FalseAlarmRate(0.30)]
    points = find_operating_points(scores, target, enroll, test, trials="dev", rules=rules)
    assert list(points.points) == ["far_0.3"]
    assert list(points.unsupported) == ["far_0.29"]


def test_perfect_separation_supports_no_equal_error_point():
    points = find_operating_points(
        [3.0, 2.0, 1.0, 0.0], [True, True, False, False], "aaab", "aabc", trials="dev", rules=[EqualErrors()]
    )
    assert "0 errors seen" in points.unsupported["eer"]


def test_the_order_of_trials_changes_nothing():
    scores, target, enroll, test = _trials()
    order = np.random.default_rng(5).permutation(scores.size)
    mixed = scores[order], target[order], [enroll[i] for i in order], [test[i] for i in order]
    expected = find_operating_points(scores, target, enroll, test, trials="dev")
    got = find_operating_points(*mixed, trials="dev")
    assert got == expected


def test_swapping_the_sides_changes_nothing():
    scores, target, enroll, test = _trials()
    expected = find_operating_points(scores, target, enroll, test, trials="dev")
    assert find_operating_points(scores, target, test, enroll, trials="dev") == expected


def test_few_errors_or_speakers_are_warned_of():
    point = measure_threshold(
        -50.0, *_trials(num_speakers=6, num_trials=200), name="x", trials="t", num_replicates=50
    )
    assert "only 0 misses: the miss rate is a rough guide" in point.warning
    assert "only 6 speakers" in point.warning
    assert measure_threshold(1.0, *_trials(), name="x", trials="t").warning == ""


def test_a_threshold_of_the_development_set_is_measured_anew_on_the_test_set():
    chosen = find_operating_points(*_trials(), trials="dev")["eer"]
    again = measure_threshold(chosen.threshold, *_trials(seed=1), name="eer", trials="test")
    assert again.trials == "test"
    assert again.far.value != chosen.far.value
    assert again.far.value == pytest.approx(chosen.far.value, abs=0.05)


@pytest.mark.parametrize(
    ("scores", "target", "enroll", "message"),
    [
        ([0.0, 1.0], [True, True], "ab", "got 2 and 0"),
        ([0.0, 1.0, 2.0], [True, False], "ab", "expected 2 scores"),
        ([0.0, np.nan], [True, False], "ab", "finite"),
        ([0.0, 1.0], [False, True], "ab", "labelled against their speakers"),
        ([0.0, 1.0], [True, False], "abc", "two speakers per trial"),
    ],
)
def test_unusable_trials_are_refused(scores, target, enroll, message):
    test = "ab" if all(target) else "aa"
    with pytest.raises(InputError, match=message):
        find_operating_points(scores, target, enroll, test, trials="dev")


def test_a_threshold_or_confidence_out_of_range_is_refused():
    with pytest.raises(InputError, match="finite threshold"):
        measure_threshold(np.inf, *_trials(), name="x", trials="t")
    with pytest.raises(InputError, match="confidence"):
        measure_threshold(0.0, *_trials(), name="x", trials="t", confidence=1.0)
