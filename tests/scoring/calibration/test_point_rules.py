import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.calibration import EqualErrors, FalseAlarmRate, LowestCost, point_rule
from kowairo.scoring.metrics.thresholds import DecisionThreshold


def test_each_rule_on_a_hand_worked_list():
    # thresholds 0, 1, 2, 3, inf: misses 0 0 1 3 4 of 4, false alarms 2 1 1 0 0 of 2
    sides = [1.0, 2.0, 2.0, 3.0], [0.0, 2.0]
    assert EqualErrors().choose(*sides).value == pytest.approx(2.25)
    assert FalseAlarmRate(0.5).choose(*sides).value == 1.0
    assert FalseAlarmRate(0.49).choose(*sides).value == 3.0
    assert LowestCost(0.5).choose(*sides).value == 1.0
    assert LowestCost(0.01).choose(*sides).value == 3.0


@pytest.mark.parametrize("rate", [0.01, 0.07, 0.29, 0.57])
def test_a_rate_that_is_a_whole_number_of_trials_is_reached_despite_rounding(rate):
    chosen = FalseAlarmRate(rate).choose([1000.0, 1001.0], np.arange(100.0))
    assert chosen.num_false_alarms == round(100 * rate)


def test_deciding_errors_are_those_that_place_the_threshold():
    seen = DecisionThreshold(0.5, miss=0.4, false_alarm=0.1, num_misses=40, num_false_alarms=10)
    assert EqualErrors().num_deciding(seen) == 10
    assert FalseAlarmRate(0.1).num_deciding(seen) == 10
    seen = DecisionThreshold(0.5, miss=0.0, false_alarm=0.5, num_misses=0, num_false_alarms=50)
    assert LowestCost(0.01).num_deciding(seen) == 0
    assert FalseAlarmRate(0.5).num_deciding(seen) == 50


@pytest.mark.parametrize("name", ["eer", "far_0.01", "far_0.001", "min_dcf_0.05"])
def test_names_lead_back_to_their_rules(name):
    assert point_rule(name).name == name


@pytest.mark.parametrize("name", ["", "far", "far_x", "frr_0.1", "min_dcf", "0.5"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(InputError, match="none of eer"):
        point_rule(name)


@pytest.mark.parametrize("name", ["far_0", "far_1.5", "far_nan", "min_dcf_2"])
def test_a_number_out_of_range_is_refused(name):
    with pytest.raises(InputError, match=r"in \(0, 1\)"):
        point_rule(name)
