import numpy as np
import pytest

from kowairo.report.figures.intervals import IntervalSeries, intervals_matplotlib, intervals_plotly
from kowairo.report.results import Estimate

SERIES = [
    IntervalSeries("a", (("all", Estimate(0.1, 0.08, 0.13)), ("<b>", Estimate(0.2)))),
    IntervalSeries("b", (("all", Estimate(0.3, 0.31, 0.35)),)),
]


def test_values_are_per_cent_with_lengths_to_both_ends():
    trace = intervals_plotly(SERIES).data[0]
    np.testing.assert_allclose(trace.x, [10, 20])
    np.testing.assert_allclose(trace.error_x.array, [3, 0])
    np.testing.assert_allclose(trace.error_x.arrayminus, [2, 0])


def test_an_interval_beside_its_value_has_no_negative_length():
    assert intervals_plotly(SERIES).data[1].error_x.arrayminus[0] == pytest.approx(0.0)


def test_labels_are_escaped_for_the_page():
    assert intervals_plotly(SERIES).layout.yaxis.ticktext == ("all", "&lt;b&gt;")


def test_a_png_names_the_lines():
    axis = intervals_matplotlib(SERIES).axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["all", "<b>"]
