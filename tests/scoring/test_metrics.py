import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from sklearn.metrics import roc_curve

from kowairo.core import InputError
from kowairo.scoring import det_points, eer, error_rates, min_dcf

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30)


def test_error_rates_of_a_hand_worked_list_with_a_tie():
    rates = error_rates([1.0, 2.0, 2.0, 3.0], [0.0, 2.0])
    assert rates.threshold.tolist() == [0.0, 1.0, 2.0, 3.0, np.inf]
    assert rates.miss.tolist() == [0.0, 0.0, 0.25, 0.75, 1.0]
    assert rates.false_alarm.tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]


def test_eer_of_the_hand_worked_list_lies_between_its_two_points():
    # from (miss .25, fa .5) to (miss .75, fa 0): d goes from -.25 to .75, so a quarter of the way
    result = eer([1.0, 2.0, 2.0, 3.0], [0.0, 2.0])
    assert result.value == pytest.approx(0.375)
    assert result.threshold == pytest.approx(2.25)


def test_eer_of_perfectly_separated_scores_is_zero_and_of_swapped_ones_is_one():
    assert eer([2.0, 3.0], [0.0, 1.0]).value == 0.0
    assert eer([0.0, 1.0], [2.0, 3.0]).value == 1.0


@pytest.mark.parametrize("order", [1, -1])
def test_a_constant_scorer_has_eer_one_half_whatever_the_order_of_trials(order):
    assert eer(np.zeros(5)[::order], np.zeros(9)[::order]).value == 0.5


def test_a_single_lowest_nontarget_does_not_break_the_eer():
    assert eer([1.0, 2.0], [0.0]).value == 0.0
    assert eer([1.0, 2.0], [5.0]).value == 1.0


def test_eer_agrees_with_an_interpolated_sklearn_roc():
    rng = np.random.default_rng(0)
    target, nontarget = rng.normal(1.5, 1, 400).round(1), rng.normal(0, 1, 900).round(1)
    labels = np.repeat([1, 0], [400, 900])
    fa, hit, _ = roc_curve(labels, np.concatenate([target, nontarget]), drop_intermediate=False)
    grid = np.linspace(0, 1, 200_001)
    gap = np.interp(grid, fa, 1 - hit) - grid
    expected = grid[np.argmin(np.abs(gap))]
    assert eer(target, nontarget).value == pytest.approx(expected, abs=1e-5)


def test_min_dcf_of_a_hand_worked_list():
    # p .5: costs miss + fa at the points = 1, .5, .75, .75, 1
    assert min_dcf([1.0, 2.0, 2.0, 3.0], [0.0, 2.0], p_target=0.5).value == pytest.approx(0.5)
    assert min_dcf([1.0, 2.0, 2.0, 3.0], [0.0, 2.0], p_target=0.5).threshold == 1.0
    # p .01: a false alarm weighs 99, so the misses at threshold 3 are cheapest
    assert min_dcf([1.0, 2.0, 2.0, 3.0], [0.0, 2.0]).value == pytest.approx(0.75)


def test_min_dcf_of_a_useless_system_is_one_and_it_rejects_everything():
    result = min_dcf([0.0, 0.0], [0.0, 0.0])
    assert result.value == pytest.approx(1.0)
    assert result.threshold == np.inf


@pytest.mark.parametrize(("p_target", "c_miss", "c_fa"), [(0.01, 1, 1), (0.05, 1, 1), (0.9, 1, 10)])
def test_min_dcf_equals_a_naive_loop_over_thresholds(p_target, c_miss, c_fa):
    rng = np.random.default_rng(1)
    target, nontarget = rng.normal(1, 1, 60).round(1), rng.normal(0, 1, 90).round(1)
    costs = [
        c_miss * p_target * np.mean(target < t) + c_fa * (1 - p_target) * np.mean(nontarget >= t)
        for t in [*np.unique(np.concatenate([target, nontarget])), np.inf]
    ]
    expected = min(costs) / min(c_miss * p_target, c_fa * (1 - p_target))
    assert min_dcf(target, nontarget, p_target=p_target, c_miss=c_miss, c_fa=c_fa).value == pytest.approx(
        expected
    )


@given(_SCORES, _SCORES)
def test_metrics_depend_on_the_order_of_scores_only(target, nontarget):
    squeezed = [np.tanh(np.array(side) / 7) * 3 + 1 for side in (target, nontarget)]
    assert eer(*squeezed).value == pytest.approx(eer(target, nontarget).value)
    assert min_dcf(*squeezed).value == pytest.approx(min_dcf(target, nontarget).value)


@given(_SCORES, _SCORES)
def test_exchanging_the_classes_and_the_sign_keeps_the_eer(target, nontarget):
    mirrored = eer([-x for x in nontarget], [-x for x in target]).value
    assert mirrored == pytest.approx(eer(target, nontarget).value)
    assert 0 <= mirrored <= 1
    assert 0 <= min_dcf(target, nontarget).value <= 1


def test_det_points_are_finite_falling_and_agree_with_scipy():
    rng = np.random.default_rng(2)
    points = det_points(rng.normal(2, 1, 500), rng.normal(0, 1, 700), max_points=50)
    assert len(points.miss) == 50
    assert (points.miss[0], points.false_alarm[0]) == (0.0, 1.0)
    assert points.miss_deviate == pytest.approx(ndtri(np.clip(points.miss, 0.001, 0.999)))
    assert points.false_alarm_deviate[-1] == pytest.approx(ndtri(0.5 / 700))
    assert (np.diff(points.false_alarm_deviate) <= 0).all()


@pytest.mark.parametrize(
    ("target", "nontarget", "message"),
    [
        ([], [1.0], "at least one trial"),
        ([1.0], [np.nan], "finite nontarget scores"),
        ([[1.0]], [1.0], "shape"),
    ],
)
def test_empty_and_broken_score_lists_are_refused(target, nontarget, message):
    with pytest.raises(InputError, match=message):
        eer(target, nontarget)


def test_priors_and_costs_out_of_range_are_refused():
    with pytest.raises(InputError, match=r"p_target in \(0, 1\), got 1"):
        min_dcf([1.0], [0.0], p_target=1)
    with pytest.raises(InputError, match="positive costs"):
        min_dcf([1.0], [0.0], c_fa=0)
    with pytest.raises(InputError, match="max_points"):
        det_points([1.0], [0.0], max_points=1)
