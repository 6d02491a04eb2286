import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.report.figures.ape import ape_curve, ape_matplotlib, ape_plotly


@pytest.fixture
def llrs():
    rng = np.random.default_rng(0)
    return rng.normal(1, 2, 300), rng.normal(-3, 2, 500)


def naive_cllr(target, nontarget):
    return 0.5 * (np.mean(np.log2(1 + np.exp(-target))) + np.mean(np.log2(1 + np.exp(nontarget))))


def test_a_hand_worked_point():
    curve = ape_curve("a", np.array([1.0, -1.0]), np.array([-2.0, 0.0]), max_log_odds=1.0, num_points=3)
    # Even odds: accept at 0 or more, so one target of two is missed and one non-target of two accepted.
    assert curve.actual[1] == pytest.approx(0.5)
    # The best threshold, 1, misses one target and accepts nothing; so does "at -1": one false alarm.
    assert curve.minimum[1] == pytest.approx(0.25)
    assert curve.default[1] == 0.5


def test_actual_errors_agree_with_a_plain_count(llrs):
    curve = ape_curve("a", *llrs)
    target, nontarget = llrs
    for log_odds, actual in zip(curve.prior_log_odds, curve.actual, strict=True):
        prior = 1 / (1 + np.exp(-log_odds))
        naive = prior * np.mean(target < -log_odds) + (1 - prior) * np.mean(nontarget >= -log_odds)
        assert actual == pytest.approx(naive)


def test_the_area_under_the_actual_curve_is_cllr(llrs):
    curve = ape_curve("a", *llrs, max_log_odds=30, num_points=60_001)
    area = np.trapezoid(curve.actual, curve.prior_log_odds) / (2 * np.log(2))
    assert curve.cllr == pytest.approx(naive_cllr(*llrs))
    # A grid of 0.001 over the jumps.
    assert area == pytest.approx(curve.cllr, abs=1e-3)


def test_the_minimum_is_at_most_the_actual_error_and_the_default(llrs):
    curve = ape_curve("a", *llrs)
    assert (curve.minimum <= curve.actual + 1e-12).all()
    assert (curve.minimum <= curve.default + 1e-12).all()


def test_a_shift_moves_the_actual_curve_and_leaves_the_minimum(llrs):
    shifted = ape_curve("a", llrs[0] + 2, llrs[1] + 2)
    np.testing.assert_allclose(shifted.minimum, ape_curve("a", *llrs).minimum)
    assert shifted.cllr > ape_curve("a", *llrs).cllr - 0.5


def test_a_constant_ratio_of_one_costs_as_much_as_not_listening():
    curve = ape_curve("a", np.zeros(3), np.zeros(4))
    np.testing.assert_allclose(curve.actual, curve.default)
    assert curve.cllr == pytest.approx(1.0)


def test_huge_ratios_do_not_overflow():
    assert ape_curve("a", np.full(2, -2000.0), np.array([3.0])).cllr == pytest.approx(
        (2000 + np.log1p(np.exp(3))) / (2 * np.log(2))
    )


@pytest.mark.parametrize(("measure", "middle"), [("error", 0.5), ("normalized", 1.0)])
def test_both_drawings_show_the_chosen_measure(llrs, measure, middle):
    curve = ape_curve("a", *llrs)
    drawn, image = ape_plotly([curve], measure=measure), ape_matplotlib([curve], measure=measure)
    assert drawn.data[0].y[70] == pytest.approx(middle)
    assert image.axes[0].lines[0].get_ydata()[70] == pytest.approx(middle)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="range"):
        ape_curve("a", np.ones(2), np.ones(2), max_log_odds=0)
    with pytest.raises(InputError):
        ape_curve("a", np.ones(0), np.ones(1))
