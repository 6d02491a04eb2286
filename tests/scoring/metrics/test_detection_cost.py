import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring.metrics import act_dcf, bayes_threshold, cprimary, error_rates, min_dcf

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)
_TARGET, _NONTARGET = [1.0, 2.0, 2.0, 3.0], [0.0, 2.0]


def test_min_dcf_of_a_hand_worked_list():
    # p .5: costs miss + fa at the points = 1, .5, .75, .75, 1
    assert min_dcf(_TARGET, _NONTARGET, p_target=0.5).value == pytest.approx(0.5)
    assert min_dcf(_TARGET, _NONTARGET, p_target=0.5).threshold == 1.0
    # p .01: a false alarm weighs 99, so the misses at threshold 3 are cheapest
    assert min_dcf(_TARGET, _NONTARGET).value == pytest.approx(0.75)


def test_the_raw_cost_lacks_the_divisor():
    assert min_dcf(_TARGET, _NONTARGET, scale="raw").value == pytest.approx(0.0075)
    assert act_dcf(_TARGET, _NONTARGET, scale="raw") == pytest.approx(0.01)


def test_min_dcf_of_a_useless_system_is_one_and_it_rejects_everything():
    result = min_dcf([0.0, 0.0], [0.0, 0.0])
    assert result.value == pytest.approx(1.0)
    assert result.threshold == np.inf


@pytest.mark.parametrize(("p_target", "c_miss", "c_fa"), [(0.01, 1, 1), (0.05, 1, 1), (0.9, 1, 10)])
def test_min_dcf_equals_a_naive_loop_over_thresholds(overlapping, p_target, c_miss, c_fa):
    target, nontarget = overlapping
    costs = [
        c_miss * p_target * np.mean(target < t) + c_fa * (1 - p_target) * np.mean(nontarget >= t)
        for t in [*np.unique(np.concatenate([target, nontarget])), np.inf]
    ]
    expected = min(costs) / min(c_miss * p_target, c_fa * (1 - p_target))
    given_costs = {"p_target": p_target, "c_miss": c_miss, "c_fa": c_fa}
    assert min_dcf(target, nontarget, **given_costs).value == pytest.approx(expected)


@given(_SCORES, _SCORES)
def test_min_dcf_depends_on_the_order_of_scores_only(target, nontarget):
    squeezed = [np.tanh(np.array(side) / 7) * 3 + 1 for side in (target, nontarget)]
    assert min_dcf(*squeezed).value == pytest.approx(min_dcf(target, nontarget).value)
    assert 0 <= min_dcf(target, nontarget).value <= 1


@pytest.mark.parametrize("p_target", [0.001, 0.01, 0.5, 0.99])
def test_of_many_scores_min_dcf_is_that_of_all_their_points(many, p_target):
    rates = error_rates(*many)
    costs = (p_target * rates.miss + (1 - p_target) * rates.false_alarm) / min(p_target, 1 - p_target)
    result = min_dcf(*many, p_target=p_target)
    assert result.value == pytest.approx(costs.min(), rel=1e-12)
    assert result.threshold == rates.threshold[np.argmin(costs)]


def test_act_dcf_of_a_hand_worked_list():
    # p .5: accept at 0 or above; one of four targets is missed, one of two non-targets accepted
    llrs = [-1.0, 0.0, 1.0, 2.0], [-3.0, 0.5]
    assert act_dcf(*llrs, p_target=0.5) == pytest.approx(0.25 + 0.5)
    # p .01: the threshold is log 99 = 4.6, nothing is accepted
    assert act_dcf(*llrs) == pytest.approx(1.0)


def test_the_implied_threshold_is_where_the_expected_costs_meet():
    threshold = bayes_threshold(p_target=0.05, c_miss=10.0, c_fa=2.0)
    odds = np.exp(threshold) * 0.05 / 0.95
    assert 10.0 * odds == pytest.approx(2.0)


@given(_SCORES, _SCORES)
def test_act_dcf_is_never_below_min_dcf(target, nontarget):
    for p_target in (0.01, 0.5, 0.9):
        floor = min_dcf(target, nontarget, p_target=p_target).value
        assert act_dcf(target, nontarget, p_target=p_target) >= floor - 1e-12


def test_cprimary_is_the_mean_over_priors(overlapping):
    actual = (act_dcf(*overlapping) + act_dcf(*overlapping, p_target=0.005)) / 2
    lowest = (min_dcf(*overlapping).value + min_dcf(*overlapping, p_target=0.005).value) / 2
    assert cprimary(*overlapping) == pytest.approx(actual)
    assert cprimary(*overlapping, kind="min") == pytest.approx(lowest)


def test_priors_costs_and_names_out_of_range_are_refused():
    sides = [1.0, 2.0], [0.0]
    with pytest.raises(InputError, match=r"p_target in \(0, 1\), got 1"):
        min_dcf(*sides, p_target=1)
    with pytest.raises(InputError, match="positive costs"):
        min_dcf(*sides, c_fa=0)
    with pytest.raises(InputError, match="positive costs"):
        act_dcf(*sides, c_miss=np.inf)
    with pytest.raises(InputError, match="scale 'normalized' or 'raw', got 'half'"):
        min_dcf(*sides, scale="half")
    with pytest.raises(InputError, match="kind 'act' or 'min'"):
        cprimary(*sides, kind="mean")
    with pytest.raises(InputError, match="at least one target prior"):
        cprimary(*sides, p_targets=())
