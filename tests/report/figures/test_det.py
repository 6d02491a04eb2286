from statistics import NormalDist

import numpy as np
import pytest

from kowairo.report.figures.det import TICKS, det_curve, det_limits, det_matplotlib, det_plotly, probit
from kowairo.report.figures.det_band import DetBand


@pytest.fixture
def scores():
    # Evenly spaced quantiles: normal scores without the luck of a draw.
    normal = np.array([NormalDist().inv_cdf((i + 0.5) / 400) for i in range(400)])
    return normal + 2.0, normal


@pytest.fixture
def curve(scores):
    return det_curve("a", *scores)


def test_probit_is_the_normal_quantile():
    assert probit(0.5) == pytest.approx(0.0)
    assert probit(0.025) == pytest.approx(-1.959964, abs=1e-6)


def test_gaussian_scores_of_equal_spread_give_a_straight_line_of_slope_minus_one(curve):
    inside = (
        (curve.miss > 0.03) & (curve.miss < 0.97) & (curve.false_alarm > 0.03) & (curve.false_alarm < 0.97)
    )
    slope = np.polyfit(curve.false_alarm_deviate[inside], curve.miss_deviate[inside], 1)[0]
    # Steps of 1/400 in either rate.
    assert slope == pytest.approx(-1.0, abs=0.01)


def test_axes_are_ticked_in_per_cent_at_normal_deviates(curve):
    axis = det_plotly([curve]).layout.xaxis
    assert axis.ticktext[:4] == ("0.1", "0.2", "0.5", "1")
    np.testing.assert_allclose(axis.tickvals, [probit(tick) for tick in TICKS if 0.0008 <= tick <= 0.65])


def test_page_and_image_share_their_numbers(curve):
    line = det_matplotlib([curve]).axes[0].lines[1]
    np.testing.assert_allclose(line.get_ydata(), det_plotly([curve]).data[0].y, rtol=1e-6)


def test_a_mark_lies_at_the_rates_of_its_threshold():
    curve = det_curve(
        "a", np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.5]), p_targets=(), thresholds={"mine": 1.5}
    )
    (mark,) = curve.marks
    assert (mark.miss, mark.false_alarm) == (0.25, 0.5)
    assert mark.miss_deviate == pytest.approx(probit(0.25))


def test_the_mark_of_the_minimum_cost_names_its_value(curve, scores):
    threshold_rates = [(m.false_alarm, m.miss) for m in curve.marks if m.kind == "minDCF 0.05"]
    target, nontarget = scores
    costs = [
        (0.05 * np.mean(target < t) + 0.95 * np.mean(nontarget >= t)) / 0.05 for t in [*nontarget, *target, 9]
    ]
    (false_alarm, miss) = threshold_rates[0]
    assert miss + 19 * false_alarm == pytest.approx(min(costs))
    assert f"minDCF 0.05 = {min(costs):.3f}" in [mark.name for mark in curve.marks]


def test_a_point_is_supported_by_thirty_errors_of_each_kind(curve):
    assert (curve.supported == ((curve.miss * 400 >= 30) & (curve.false_alarm * 400 >= 30))).all()
    assert curve.supported.any()
    assert not curve.supported.all()


def test_good_and_poor_systems_widen_the_axes():
    rng = np.random.default_rng(0)
    good = det_curve("good", rng.normal(7, 1, 5000), rng.normal(0, 1, 5000), p_targets=())
    poor = det_curve("poor", rng.normal(0.1, 1, 500), rng.normal(0, 1, 500), p_targets=())
    assert det_limits([good])[0] == TICKS[0]
    assert det_limits([poor]) == (0.0008, 0.92)


def test_tick_labels_are_plain_decimals():
    rng = np.random.default_rng(0)
    good = det_curve("good", rng.normal(7, 1, 5000), rng.normal(0, 1, 5000))
    assert det_plotly([good]).layout.xaxis.ticktext[:3] == ("0.001", "0.002", "0.005")


def test_the_band_is_drawn_behind_its_curve(scores):
    band = DetBand(np.array([-1.0, 0.0, 1.0]), np.full(3, -2.5), np.full(3, -1.5))
    curve = det_curve("a", *scores, band=band)
    assert det_plotly([curve]).data[0].fill == "toself"
    assert len(det_matplotlib([curve]).axes[0].patches) == 1


def test_a_curve_that_is_not_shown_waits_in_the_legend(scores):
    curve = det_curve("a", *scores, shown=False)
    assert {trace.visible for trace in det_plotly([curve]).data} == {"legendonly"}
    assert len(det_matplotlib([curve]).axes[0].lines) == 1 + len(curve.marks)  # diagonal and legend symbols
