import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring import min_dcf
from kowairo.scoring.calibration import EqualErrors, ErrorCounts, FalseAlarmRate, LowestCost, threshold_rule

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def test_counts_of_a_hand_worked_list_with_a_tie():
    counts = ErrorCounts.of([1.0, 2.0, 2.0, 3.0], [0.0, 2.0])
    assert counts.threshold.tolist() == [0.0, 1.0, 2.0, 3.0, np.inf]
    assert counts.misses.tolist() == [0, 0, 1, 3, 4]
    assert counts.false_alarms.tolist() == [2, 1, 1, 0, 0]


def test_each_rule_on_the_hand_worked_list():
    counts = ErrorCounts.of([1.0, 2.0, 2.0, 3.0], [0.0, 2.0])
    # miss - fa: -1, -.5, -.25, .75, 1
    assert counts.threshold[EqualErrors().choose(counts)] == 2.0
    assert counts.threshold[FalseAlarmRate(0.5).choose(counts)] == 1.0
    assert counts.threshold[FalseAlarmRate(0.49).choose(counts)] == 3.0
    assert counts.threshold[LowestCost(0.5).choose(counts)] == 1.0
    assert counts.threshold[LowestCost(0.01).choose(counts)] == 3.0


@pytest.mark.parametrize("rate", [0.01, 0.07, 0.29, 0.57])
def test_a_rate_that_is_a_whole_number_of_trials_is_reached_despite_rounding(rate):
    counts = ErrorCounts.of([1000.0], np.arange(100.0))
    assert counts.false_alarms[FalseAlarmRate(rate).choose(counts)] == round(100 * rate)


@given(target=_SCORES, nontarget=_SCORES, rate=st.floats(0.01, 0.99))
def test_a_false_alarm_rate_is_kept_by_the_lowest_threshold_that_keeps_it(target, nontarget, rate):
    counts = ErrorCounts.of(target, nontarget)
    chosen = FalseAlarmRate(rate).choose(counts)
    rates = [
        sum(score >= threshold for score in nontarget) / len(nontarget) for threshold in counts.threshold
    ]
    assert rates[chosen] <= rate + 1e-9
    assert chosen == 0 or rates[chosen - 1] > rate - 1e-9


@given(target=_SCORES, nontarget=_SCORES, p_target=st.sampled_from([0.01, 0.05, 0.5]))
def test_the_lowest_cost_is_that_of_min_dcf(target, nontarget, p_target):
    counts = ErrorCounts.of(target, nontarget)
    chosen = counts.threshold[LowestCost(p_target).choose(counts)]
    assert chosen == min_dcf(target, nontarget, p_target=p_target).threshold


def test_deciding_errors_are_those_that_place_the_threshold():
    assert EqualErrors().num_deciding(40, 10) == 10
    assert FalseAlarmRate(0.01).num_deciding(40, 10) == 10
    assert FalseAlarmRate(0.01).num_deciding(0, 50) == 50
    assert LowestCost(0.01).num_deciding(10, 40) == 10


@pytest.mark.parametrize("name", ["eer", "far_0.01", "far_0.001", "min_dcf_0.05"])
def test_names_lead_back_to_their_rules(name):
    assert threshold_rule(name).name == name


@pytest.mark.parametrize("name", ["", "far", "far_x", "frr_0.1", "min_dcf", "0.5"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(InputError, match="none of eer"):
        threshold_rule(name)


@pytest.mark.parametrize("name", ["far_0", "far_1.5", "min_dcf_2"])
def test_a_number_out_of_range_is_refused(name):
    with pytest.raises(InputError, match=r"in \(0, 1\)"):
        threshold_rule(name)
