import numpy as np
import pytest

from kowairo.report.figures.timeline import (
    Span,
    Timeline,
    clock,
    timeline_matplotlib,
    timeline_plotly,
)

SPANS = (
    Span(0.0, 4.0, "葵", 0.7),
    Span(4.0, 5.0, None, 0.2),
    Span(8.0, 10.0, "<b>Rin", 0.6),
    Span(10, 11, "葵", 0.5),
)


@pytest.fixture
def timeline():
    times = np.array([0.5, 1.5, 2.5, 3.5, 4.5, 8.5, 9.5, 10.5])
    return Timeline("film.mp3", SPANS, times, np.full(8, 0.6), 0.4, 11.0)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (61.4, "1:01"), (3723, "1:02:03")])
def test_times_are_written_as_players_do(seconds, text):
    assert clock(seconds) == text


def test_who_speaks_most_comes_first_and_nobody_last(timeline):
    assert list(timeline.talk_s.items()) == [("葵", 5.0), ("<b>Rin", 2.0), (None, 1.0)]


def test_every_stretch_is_a_bar_and_names_are_escaped(timeline):
    figure = timeline_plotly(timeline, clips={SPANS[0]: "s0"})
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [list(bar.base) for bar in bars] == [[0.0, 10], [8.0], [4.0]]
    assert [list(bar.x) for bar in bars] == [[4.0, 1], [2.0], [1.0]]
    assert list(bars[0].customdata) == ["s0", ""]
    assert list(bars[0].marker.opacity) == [1.0, 0.45]
    assert bars[1].name == "&lt;b&gt;Rin"


def test_voices_whose_short_names_are_equal_keep_their_own_rows():
    title = "a title of very many words"
    voices = (f"{title}/A", f"{title}/B", None, "unknown")
    spans = [Span(10.0 * row, 10.0 * row + 9 - row, voice, 0.5) for row, voice in enumerate(voices)]
    figure = timeline_plotly(Timeline("x", spans, np.arange(4.0), np.ones(4), None, 40.0), clips={})
    bars = [trace for trace in figure.data if trace.type == "bar"]
    rows = {float(bar.base[0]): tuple(bar.y) for bar in bars}
    assert rows == {0.0: (0,), 10.0: (1,), 30.0: (2,), 20.0: (3,)}
    axis = figure.layout.yaxis
    assert axis.tickvals == (0, 1, 2, 3)
    assert axis.ticktext == ("a title of very man…", "a title of very man…", "unknown", "unknown")


def test_the_curve_is_broken_where_nothing_was_said(timeline):
    curve = next(trace for trace in timeline_plotly(timeline, clips={}).data if trace.type == "scatter")
    assert np.isnan(np.asarray(curve.x, dtype=float)).tolist() == [False] * 5 + [True] + [False] * 3


def test_page_and_png_have_the_same_rows(timeline):
    bars, curve = timeline_matplotlib(timeline).axes
    assert [len(one.get_paths()) for one in bars.collections] == [2, 1, 1]
    assert [text.get_text() for text in bars.get_yticklabels()][-1] == "unknown"
    assert len(curve.lines) == 2


def test_without_a_threshold_no_line_is_drawn(timeline):
    free = Timeline("x", SPANS, timeline.times_s, timeline.best, None, 11.0)
    assert len(timeline_matplotlib(free).axes[1].lines) == 1
