import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from kowairo.core import InputError
from kowairo.scoring.metrics import eer, error_rates

_RULES = ("roc", "rocch", "cdf", "max", "mean")
_SCORES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)
_TARGET, _NONTARGET = [1.0, 2.0, 2.0, 3.0], [0.0, 2.0]


def test_eer_of_the_hand_worked_list_lies_between_its_two_points():
    # from (miss .25, fa .5) to (miss .75, fa 0): d goes from -.25 to .75, so a quarter of the way
    result = eer(_TARGET, _NONTARGET)
    assert result.value == pytest.approx(0.375)
    assert result.threshold == pytest.approx(2.25)


def test_each_rule_gives_its_hand_worked_value():
    # corners (miss, fa): (0, 1) (0, .5) (.25, .5) (.75, 0) (1, 0)
    # hull: (0, 1) (0, .5) (.75, 0) (1, 0); the line fa = .5 - 2/3 miss meets the diagonal at .3
    assert eer(_TARGET, _NONTARGET, rule="rocch").value == pytest.approx(0.3)
    assert eer(_TARGET, _NONTARGET, rule="max").value == pytest.approx(0.5)
    assert eer(_TARGET, _NONTARGET, rule="mean").value == pytest.approx(0.375)
    # distribution functions: targets .25 at or below 1; non-targets .5 at 0, .75 at 1, 1 at 2
    assert eer(_TARGET, _NONTARGET, rule="cdf").value == pytest.approx(0.25)


@pytest.mark.parametrize("rule", _RULES)
def test_eer_of_perfectly_separated_scores_is_zero_and_of_swapped_ones_is_one(rule):
    apart = [5.0, 6.0], [0.0, 1.0]
    assert eer(*apart, rule=rule).value == (0.5 if rule == "cdf" else 0.0)  # cdf starts at 1 / n
    assert eer(*apart[::-1], rule=rule).value == (0.5 if rule in ("rocch", "cdf") else 1.0)


@pytest.mark.parametrize(("rule", "value"), list(zip(_RULES, (0.5, 0.5, 1.0, 1.0, 0.5), strict=True)))
@pytest.mark.parametrize("order", [1, -1])
def test_a_constant_scorer_has_the_stated_eer_whatever_the_order_of_trials(rule, value, order):
    assert eer(np.zeros(5)[::order], np.zeros(9)[::order], rule=rule).value == value


def test_a_single_lowest_nontarget_does_not_break_the_eer():
    assert eer([1.0, 2.0], [0.0]).value == 0.0
    assert eer([1.0, 2.0], [5.0]).value == 1.0


def test_eer_agrees_with_an_interpolated_sklearn_roc(overlapping):
    target, nontarget = overlapping
    labels = np.repeat([1, 0], [target.size, nontarget.size])
    fa, hit, _ = roc_curve(labels, np.concatenate(overlapping), drop_intermediate=False)
    grid = np.linspace(0, 1, 200_001)
    gap = np.interp(grid, fa, 1 - hit) - grid
    expected = grid[np.argmin(np.abs(gap))]
    assert eer(target, nontarget).value == pytest.approx(expected, abs=1e-5)


def test_the_rule_of_the_larger_rate_is_that_of_sklearns_corners(overlapping):
    target, nontarget = overlapping
    labels = np.repeat([1, 0], [target.size, nontarget.size])
    fa, hit, thresholds = roc_curve(labels, np.concatenate(overlapping))
    nearest = np.nanargmin(np.abs((1 - hit) - fa))
    result = eer(target, nontarget, rule="max")
    assert result.value == pytest.approx(max(fa[nearest], 1 - hit[nearest]))
    assert result.threshold == thresholds[nearest]


def test_the_rule_of_the_mean_equals_a_loop_over_thresholds_and_midpoints(overlapping):
    target, nontarget = overlapping
    scores = np.unique(np.concatenate(overlapping))
    best = (2.0, 0.0)
    for threshold in np.sort(np.concatenate([scores, (scores[:-1] + scores[1:]) / 2])):
        miss, false_alarm = np.mean(target <= threshold), np.mean(nontarget > threshold)
        if abs(miss - false_alarm) < best[0] - 1e-12:
            best = abs(miss - false_alarm), (miss + false_alarm) / 2
    assert eer(target, nontarget, rule="mean").value == pytest.approx(best[1])


def test_the_distribution_rule_equals_its_formula(overlapping):
    target, nontarget = overlapping
    union = np.sort(np.concatenate(overlapping))
    functions = [
        np.interp(union, np.sort(side), np.arange(1, 1 + len(side)) / len(side)) for side in overlapping
    ]
    nearest = np.argmin(np.abs(1 - functions[1] - functions[0]))
    result = eer(target, nontarget, rule="cdf")
    assert (result.value, result.threshold) == (functions[0][nearest], union[nearest])


def test_the_hull_rule_is_the_largest_loss_of_the_best_threshold_under_any_prior(overlapping):
    rates = error_rates(*overlapping)
    priors = np.linspace(0.001, 0.999, 4000)
    losses = [(p * rates.miss + (1 - p) * rates.false_alarm).min() for p in priors]
    assert eer(*overlapping, rule="rocch").value == pytest.approx(max(losses), abs=1e-4)


@given(_SCORES, _SCORES)
def test_every_rule_depends_on_the_order_of_scores_only(target, nontarget):
    squeezed = [np.tanh(np.array(side) / 7) * 3 + 1 for side in (target, nontarget)]
    for rule in ("roc", "rocch", "max", "mean"):
        assert eer(*squeezed, rule=rule).value == pytest.approx(eer(target, nontarget, rule=rule).value)


@given(_SCORES, _SCORES)
def test_exchanging_the_classes_and_the_sign_keeps_the_eer(target, nontarget):
    for rule in ("roc", "rocch"):
        mirrored = eer([-x for x in nontarget], [-x for x in target], rule=rule).value
        assert mirrored == pytest.approx(eer(target, nontarget, rule=rule).value)


@given(_SCORES, _SCORES)
def test_the_hull_is_never_above_the_interpolated_roc(target, nontarget):
    assert (
        0 <= eer(target, nontarget, rule="rocch").value <= eer(target, nontarget).value + 1e-12 <= 1 + 1e-12
    )


@pytest.mark.parametrize("shift", [0.0, -3.0])
def test_of_many_scores_the_eer_is_that_of_all_their_points(many, shift):
    target, nontarget = many[0] + many[0].dtype.type(shift), many[1]
    rates = error_rates(target, nontarget)
    k = int(np.argmax(rates.miss >= rates.false_alarm))
    result = eer(target, nontarget)
    assert rates.threshold[k - 1] <= result.threshold <= rates.threshold[k]
    few = eer(target[:100_000], nontarget[:100_000])  # sorted whole
    assert 0 <= few.value <= 1
    difference = rates.miss - rates.false_alarm
    part = difference[k - 1] / (difference[k - 1] - difference[k])
    assert result.value == rates.miss[k - 1] + part * (rates.miss[k] - rates.miss[k - 1])


@pytest.mark.parametrize("top", [1e-300, 1.0, 1e308])
def test_of_many_scores_at_the_ends_of_the_number_range_the_eer_is_right(top):
    nontarget = np.full(300_000, -top)
    nontarget[:30_000] = top
    target = np.repeat([top, -top], [900, 100])
    # one tie on either side: from (miss 0, fa 1) to (.1, .1) exactly
    assert eer(target, nontarget).value == pytest.approx(0.1)


def test_an_unknown_rule_is_refused():
    with pytest.raises(InputError, match="EER rule of roc, rocch, cdf, max, mean, got 'best'"):
        eer(_TARGET, _NONTARGET, rule="best")
