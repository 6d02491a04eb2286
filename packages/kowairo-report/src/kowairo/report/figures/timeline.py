"""Who speaks when: a bar for every stretch of one voice, and how sure that is."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .theme import INK, PALETTE, drawable, grid_canvas, label_axes, label_fonts, plotly_layout

UNKNOWN = "unknown"
"""What the row of nobody is called."""
_NOBODY = PALETTE[-1]
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_MOST_TICKS = 10
_CURVE, _ROW = 120, 34  # heights in the page, in pixels


@dataclass(frozen=True)
class Span:
    """A stretch of one voice."""

    start_s: float
    """Where it begins, s."""
    end_s: float
    """Where it ends, s."""
    voice: str | None
    """Whose it is, None for nobody of the gallery."""
    score: float
    """Mean cosine of its windows with the voice; with the best one for nobody."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Stretches of voices in one recording.

    Attributes:
        source: Name of the recording.
        spans: The stretches, in order.
        times_s: (window,) middle of each window, s.
        best: (window,) its cosine with the best voice.
        threshold: Lowest cosine that counts, None if all do.
        duration_s: Where the last window ends, s.
    """

    source: str
    spans: Sequence[Span]
    times_s: NDArray[np.float64]
    best: NDArray[np.float64]
    threshold: float | None
    duration_s: float

    @property
    def talk_s(self) -> dict[str | None, float]:
        """Seconds by voice, who speaks most first and nobody last."""
        totals: dict[str | None, float] = {}
        for span in self.spans:
            totals[span.voice] = totals.get(span.voice, 0.0) + span.end_s - span.start_s
        return dict(sorted(totals.items(), key=lambda item: (item[0] is None, -item[1], str(item[0]))))


def clock(seconds: float) -> str:
    """Write seconds as people read a player: 1:02:03, 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def timeline_plotly(timeline: Timeline, *, clips: Mapping[Span, str]) -> go.Figure:
    """Draw the timeline for the page; the custom data of a bar is its clip.

    Args:
        timeline: The stretches.
        clips: Name of the clip in the page by stretch; the others are pale unless none has one.
    """
    figure = go.Figure(layout=plotly_layout(x_title="", y_title=""))
    voices = list(timeline.talk_s)
    for row, (voice, color) in enumerate(_colors(voices).items()):
        own = [span for span in timeline.spans if span.voice == voice]
        name = html.escape(voice or UNKNOWN)
        figure.add_bar(
            orientation="h",
            base=[span.start_s for span in own],
            x=[span.end_s - span.start_s for span in own],
            y=[row] * len(own),  # a number: two voices may have one short name
            name=name,
            marker={
                "color": color,
                "line": {"width": 0},
                "opacity": [1.0 if span in clips or not clips else 0.45 for span in own],
            },
            customdata=[clips.get(span, "") for span in own],
            text=[f"{clock(span.start_s)} to {clock(span.end_s)}<br>cosine {span.score:.2f}" for span in own],
            textposition="none",
            hovertemplate=f"<b>{name}</b><br>%{{text}}<extra></extra>",
        )
    _add_curve(figure, timeline)
    ticks = _ticks_s(timeline.duration_s)
    figure.update_xaxes(
        range=[0, timeline.duration_s],
        tickvals=ticks,
        ticktext=[clock(value) for value in ticks],
        anchor="y2",
    )
    height = 90 + _ROW * len(voices) + _CURVE
    share = _CURVE / (height - 60)
    scores = figure.layout.yaxis.to_plotly_json()
    figure.update_layout(
        height=height,
        showlegend=False,
        bargap=0.25,
        barmode="overlay",
        yaxis={"domain": [share + 0.04, 1.0], **_row_axis(voices)},
        yaxis2={**scores, "domain": [0.0, share], "title": {"text": "cosine"}, "nticks": 4},
    )
    return figure


def _row_axis(voices: Sequence[str | None]) -> dict[str, object]:
    """The axis of the rows, the first on top."""
    return {
        "range": [len(voices) - 0.5, -0.5],
        "tickvals": list(range(len(voices))),
        "ticktext": [_short(voice or UNKNOWN) for voice in voices],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _add_curve(figure: go.Figure, timeline: Timeline) -> None:
    gapped_x, gapped_y = _with_gaps(timeline)
    figure.add_scatter(
        x=gapped_x,
        y=gapped_y,
        yaxis="y2",
        mode="lines",
        connectgaps=False,
        line={"color": PALETTE[0], "width": 1.4},
        hovertemplate="best cosine %{y:.2f}<extra></extra>",
    )
    if timeline.threshold is not None:
        figure.add_scatter(
            x=[0.0, timeline.duration_s],
            y=[timeline.threshold] * 2,
            yaxis="y2",
            mode="lines",
            line={"color": _NOBODY, "width": 1.4, "dash": "dash"},
            hovertemplate=f"threshold {timeline.threshold:.2f}<extra></extra>",
        )


def timeline_matplotlib(timeline: Timeline) -> Figure:
    """Draw the timeline for a PNG."""
    voices = list(timeline.talk_s)
    tall = 0.3 * max(len(voices), 1) + 0.2
    figure, (axis, curve) = grid_canvas(width=10.0, height=tall + 1.7, rows=2, columns=1, heights=(tall, 1.2))
    for row, (voice, color) in enumerate(_colors(voices).items()):
        own = [(one.start_s, one.end_s - one.start_s) for one in timeline.spans if one.voice == voice]
        axis.broken_barh(own, (row - 0.36, 0.72), facecolors=color)
    names = [voice or UNKNOWN for voice in voices]
    axis.set_yticks(range(len(names)), drawable(names), fontfamily=label_fonts(names))
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
    axis.tick_params(labelbottom=False)
    curve.plot(*_with_gaps(timeline), color=PALETTE[0], linewidth=1.1)
    if timeline.threshold is not None:
        curve.axhline(timeline.threshold, color=INK, linewidth=1, linestyle="--")
    ticks = _ticks_s(timeline.duration_s)
    for one in (axis, curve):
        one.set_xlim(0, timeline.duration_s)
        one.set_xticks(ticks, [clock(value) for value in ticks])
    label_axes(curve, x="", y="cosine")
    return figure


def _colors(voices: Sequence[str | None]) -> dict[str | None, str]:
    """A colour for each row; neighbours differ, and nobody is grey."""
    return {
        voice: _NOBODY if voice is None else PALETTE[row % (len(PALETTE) - 1)]
        for row, voice in enumerate(voices)
    }


def _with_gaps(timeline: Timeline) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The curve of the best scores, broken where no window was."""
    times, best = timeline.times_s, timeline.best
    if len(times) < 2:
        return times, best
    steps = np.diff(times)
    breaks = np.flatnonzero(steps > 1.5 * np.median(steps)) + 1
    return np.insert(times, breaks, np.nan), np.insert(best, breaks, np.nan)


def _ticks_s(duration_s: float) -> list[float]:
    step = next((step for step in _TICKS_S if duration_s / step <= _MOST_TICKS), _TICKS_S[-1])
    return [float(value) for value in np.arange(0.0, duration_s, step)]


def _short(name: str) -> str:
    return html.escape(name if len(name) <= 20 else name[:19] + "…")
