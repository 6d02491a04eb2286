import numpy as np

from kowairo.report.figures.histogram import histogram_matplotlib, histogram_plotly, score_histogram


def test_both_densities_integrate_to_one():
    rng = np.random.default_rng(0)
    histogram = score_histogram("a", rng.normal(1, 1, 50), rng.normal(0, 1, 80))
    widths = np.diff(histogram.edges)
    np.testing.assert_allclose([histogram.target @ widths, histogram.nontarget @ widths], 1.0)


def test_thresholds_of_separated_scores_lie_between_them():
    histogram = score_histogram("a", np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    assert 1.0 <= histogram.thresholds["EER"] <= 2.0


def test_a_threshold_at_infinity_is_not_drawn():
    histogram = score_histogram("a", np.array([0.0, 1.0]), np.array([0.0, 1.0, 2.0]))
    assert list(histogram.thresholds) == ["EER"]
    assert len(histogram_plotly(histogram).data) == 3


def test_a_png_has_axes_per_histogram():
    histogram = score_histogram("a", np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    assert len(histogram_matplotlib([histogram, histogram]).axes) == 2
