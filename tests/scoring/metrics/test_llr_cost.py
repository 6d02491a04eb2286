import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from kowairo.core import InputError
from kowairo.scoring.metrics import cllr, min_cllr

_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def test_cllr_of_a_hand_worked_list():
    # ratios of 3 to 1 the right way: log2(4/3) each; targets of 1 to 1: one bit
    llrs = [math.log(3), 0.0], [-math.log(3)]
    assert cllr(*llrs) == pytest.approx(((math.log2(4 / 3) + 1) / 2 + math.log2(4 / 3)) / 2)


def test_ratios_of_zero_cost_one_bit_and_huge_ones_do_not_overflow():
    assert cllr([0.0, 0.0], [0.0]) == pytest.approx(1.0)
    assert cllr([1e6, 1e6], [-1e6]) == 0.0
    assert cllr([-1e6, -1e6], [1e6]) == pytest.approx(1e6 / math.log(2))


def test_cllr_equals_the_naive_formula(overlapping):
    target, nontarget = overlapping
    misses = sum(math.log2(1 + math.exp(-x)) for x in target) / len(target)
    alarms = sum(math.log2(1 + math.exp(x)) for x in nontarget) / len(nontarget)
    assert cllr(target, nontarget) == pytest.approx((misses + alarms) / 2)


def test_min_cllr_of_a_hand_worked_list():
    # sorted n (t n) t: the middle pair pools to half targets, of two each: ratio 1, one bit for half of each
    assert min_cllr([1.0, 3.0], [0.0, 2.0]) == pytest.approx(0.5)


def test_min_cllr_of_a_constant_scorer_is_one_and_of_separated_scores_zero():
    assert min_cllr(np.zeros(7), np.zeros(4)) == pytest.approx(1.0)
    assert min_cllr([1.0, 2.0], [0.0, -1.0]) == 0.0
    assert min_cllr([0.0, -1.0], [1.0, 2.0]) == pytest.approx(1.0)


def test_min_cllr_is_cllr_after_an_independent_isotonic_regression(overlapping):
    target, nontarget = overlapping
    labels = np.repeat([1.0, 0.0], [target.size, nontarget.size])
    scores = np.concatenate(overlapping)
    share = IsotonicRegression(y_min=1e-12, y_max=1 - 1e-12).fit(scores, labels).predict(scores)
    llrs = np.log(share / (1 - share)) - math.log(target.size / nontarget.size)
    assert min_cllr(target, nontarget) == pytest.approx(cllr(llrs[labels == 1], llrs[labels == 0]), abs=1e-9)


@given(_SCORES, _SCORES)
def test_min_cllr_is_a_floor_that_only_the_order_of_scores_sets(target, nontarget):
    floor = min_cllr(target, nontarget)
    assert 0 <= floor <= 1 + 1e-12
    assert floor <= cllr(target, nontarget) + 1e-12
    squeezed = [np.tanh(np.array(side) / 7) * 3 + 1 for side in (target, nontarget)]
    assert min_cllr(*squeezed) == pytest.approx(floor)


@given(_SCORES, _SCORES)
def test_exchanging_the_classes_and_the_sign_keeps_both_costs(target, nontarget):
    mirrored = [-x for x in nontarget], [-x for x in target]
    assert cllr(*mirrored) == pytest.approx(cllr(target, nontarget))
    assert min_cllr(*mirrored) == pytest.approx(min_cllr(target, nontarget))


def test_broken_ratios_are_refused():
    with pytest.raises(InputError, match="2 target scores or more"):
        cllr([1.0], [0.0])
    with pytest.raises(InputError, match="finite target scores, got inf"):
        min_cllr([1.0, np.inf], [0.0])
