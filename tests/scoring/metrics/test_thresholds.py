import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring.metrics import choose_threshold, eer, min_dcf

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)
_TARGET, _NONTARGET = [1.0, 2.0, 2.0, 3.0], [0.0, 2.0]


@pytest.mark.parametrize(
    ("rule", "value", "misses", "alarms"),
    [
        ("eer", 2.25, 3, 0),
        ("min_dcf", 3.0, 3, 0),
        ("bayes", math.log(99), 4, 0),
        ("false_alarm", 3.0, 3, 0),
        ("miss", 1.0, 0, 1),
        ("accuracy", 1.0, 0, 1),
    ],
)
def test_each_rule_chooses_its_hand_worked_threshold(rule, value, misses, alarms):
    chosen = choose_threshold(_TARGET, _NONTARGET, rule=rule)
    assert chosen.value == pytest.approx(value)
    assert (chosen.num_misses, chosen.num_false_alarms) == (misses, alarms)
    assert (chosen.miss, chosen.false_alarm) == (misses / 4, alarms / 2)


def test_thresholds_of_eer_and_min_dcf_are_those_of_the_figures(overlapping):
    assert choose_threshold(*overlapping, rule="eer").value == eer(*overlapping).threshold
    cheapest = min_dcf(*overlapping, p_target=0.05).threshold
    assert choose_threshold(*overlapping, rule="min_dcf", p_target=0.05).value == cheapest


@given(_SCORES, _SCORES, st.sampled_from([0.0, 0.07, 0.5, 1.0]))
def test_a_threshold_for_a_rate_keeps_it_and_no_score_keeps_it_better(target, nontarget, rate):
    alarm = choose_threshold(target, nontarget, rule="false_alarm", rate=rate)
    miss = choose_threshold(target, nontarget, rule="miss", rate=rate)
    assert alarm.false_alarm <= rate
    assert miss.miss <= rate
    for score in target + nontarget:
        assert score >= alarm.value or np.mean(np.array(nontarget) >= score) > rate
        assert score <= miss.value or np.mean(np.array(target) < score) > rate


@given(_SCORES, _SCORES)
def test_no_score_makes_fewer_errors_than_the_most_accurate_threshold(target, nontarget):
    chosen = choose_threshold(target, nontarget, rule="accuracy")
    fewest = min(
        np.sum(np.array(target) < score) + np.sum(np.array(nontarget) >= score)
        for score in [*target, *nontarget, np.inf]
    )
    assert chosen.num_misses + chosen.num_false_alarms == fewest


def test_a_rate_is_not_lost_to_rounding():
    # 0.07 * 100 is 7.000000000000001 and 0.29 * 100 is 28.999999999999996
    scores = np.arange(100.0)
    for rate, errors in ((0.07, 7), (0.29, 29)):
        assert choose_threshold(scores, scores, rule="false_alarm", rate=rate).num_false_alarms == errors


def test_unknown_rules_and_rates_are_refused():
    with pytest.raises(InputError, match=r"threshold rule of eer, min_dcf, .*, got 'best'"):
        choose_threshold(_TARGET, _NONTARGET, rule="best")
    with pytest.raises(InputError, match=r"error rate in \[0, 1\], got 2"):
        choose_threshold(_TARGET, _NONTARGET, rule="miss", rate=2)
