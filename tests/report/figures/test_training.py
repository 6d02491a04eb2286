import numpy as np
import pytest

from kowairo.report.figures.training import drawn_panels, training_matplotlib, training_plotly
from kowairo.report.training_log import TrainingLog


@pytest.fixture
def log():
    nothing = np.full(3, np.nan)
    curves = {
        "loss": np.array([3.0, 2.0, 1.0]),
        "accuracy": np.array([0.1, np.nan, 0.5]),
        "closed_accuracy": nothing,
    }
    curves |= {"macro_f1": nothing, "valid_eer": nothing}
    return TrainingLog(np.array([1.0, 2.0, 3.0]), curves, [("a", (0, 1)), ("b", (1, 3))])


def test_panels_without_values_are_left_out(log):
    assert [panel.title for panel in drawn_panels(log)] == ["loss", "accuracy, %"]


def test_unknown_values_are_skipped_and_shares_become_per_cent(log):
    (trace,) = training_plotly(log, drawn_panels(log)[1]).data
    np.testing.assert_array_equal(trace.x, [1, 3])
    np.testing.assert_allclose(trace.y, [10, 50])


def test_each_stage_is_numbered_where_it_begins(log):
    marks = training_plotly(log, drawn_panels(log)[0]).layout.annotations
    assert [(mark.x, mark.text) for mark in marks] == [(0, "1"), (1, "2")]


def test_a_png_has_axes_per_panel(log):
    assert len(training_matplotlib(log).axes) == 2
