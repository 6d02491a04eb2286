from statistics import NormalDist

import numpy as np
import pytest

from kowairo.report.figures.det import TICKS, det_curve, det_matplotlib, det_plotly, probit


@pytest.fixture
def curve():
    # Evenly spaced quantiles: normal scores without the luck of a draw.
    normal = [NormalDist().inv_cdf((i + 0.5) / 400) for i in range(400)]
    return det_curve("a", np.array(normal) + 2.0, np.array(normal))


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
    np.testing.assert_allclose(axis.tickvals, [probit(tick) for tick in TICKS])


def test_page_and_png_share_their_numbers(curve):
    line = det_matplotlib([curve]).axes[0].lines[1]
    np.testing.assert_allclose(line.get_ydata(), det_plotly([curve]).data[0].y, rtol=1e-6)
