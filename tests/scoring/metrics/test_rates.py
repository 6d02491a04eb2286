import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring.metrics import error_rates

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def test_error_rates_of_a_hand_worked_list_with_a_tie():
    rates = error_rates([1.0, 2.0, 2.0, 3.0], [0.0, 2.0])
    assert rates.threshold.tolist() == [0.0, 1.0, 2.0, 3.0, np.inf]
    assert rates.miss.tolist() == [0.0, 0.0, 0.25, 0.75, 1.0]
    assert rates.false_alarm.tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]


@given(_SCORES, _SCORES)
def test_every_rate_equals_a_count_of_trials(target, nontarget):
    rates = error_rates(target, nontarget)
    for threshold, miss, false_alarm in zip(rates.threshold, rates.miss, rates.false_alarm, strict=True):
        assert miss == sum(score < threshold for score in target) / len(target)
        assert false_alarm == sum(score >= threshold for score in nontarget) / len(nontarget)


@given(_SCORES, _SCORES, st.randoms(use_true_random=False))
def test_the_order_of_trials_changes_nothing(target, nontarget, random):
    before = error_rates(target, nontarget)
    random.shuffle(target)
    random.shuffle(nontarget)
    after = error_rates(target, nontarget)
    assert np.array_equal(before.miss, after.miss)
    assert np.array_equal(before.false_alarm, after.false_alarm)


@pytest.mark.parametrize(
    ("target", "nontarget", "message"),
    [
        ([], [1.0], "target and non-target scores, got 0 and 1"),
        ([1.0, 2.0], [], "target and non-target scores, got 2 and 0"),
        ([1.0], [0.0], "2 target scores or more, got 1"),
        ([1.0, 2.0], [0.0, np.nan], "finite nontarget scores, got nan at trial 1"),
        ([-np.inf, 2.0], [0.0], "finite target scores, got -inf at trial 0"),
        ([[1.0, 2.0]], [1.0], r"target scores \(trial,\), got shape \(1, 2\)"),
    ],
)
def test_empty_and_broken_score_lists_are_refused(target, nontarget, message):
    with pytest.raises(InputError, match=message):
        error_rates(target, nontarget)
