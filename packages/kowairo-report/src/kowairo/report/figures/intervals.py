"""Error rates with confidence intervals, one line each: by condition, and before and after enhancement."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from matplotlib.figure import Figure

from ..results import Estimate
from .theme import PALETTE, SYMBOLS, canvas, drawable, label_axes, label_fonts, plotly_layout


@dataclass(frozen=True)
class IntervalSeries:
    """Values of one system.

    Attributes:
        name: Name in the legend.
        values: Label of the line and its error rate (fraction), in order.
    """

    name: str
    values: tuple[tuple[str, Estimate], ...]


def intervals_plotly(series: Sequence[IntervalSeries]) -> go.Figure:
    """Draw points with horizontal intervals for the page; the first label is at the top."""
    figure = go.Figure(layout=plotly_layout(x_title="EER, %", y_title=""))
    labels = _labels(series)
    for number, one in enumerate(series):
        low, high = _lengths(one)
        figure.add_scatter(
            x=[estimate.value * 100 for _, estimate in one.values],
            y=[labels.index(label) + _offset(number, len(series)) for label, _ in one.values],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": high,
                "arrayminus": low,
                "width": 0,
                "thickness": 2,
            },
            mode="markers",
            name=one.name,
            marker={"size": 10, "color": PALETTE[number % 8], "symbol": SYMBOLS[number % 10].plotly},
            customdata=[html.escape(label) for label, _ in one.values],
            hovertemplate="%{customdata}: %{x:.2f} %<extra>%{fullData.name}</extra>",
        )
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[html.escape(label) for label in labels],
        range=[len(labels) - 0.5, -0.5],
        ticks="",
        showgrid=False,
    )
    figure.update_xaxes(rangemode="tozero")
    figure.update_layout(height=110 + 20 * max(len(series), 2) * len(labels), showlegend=len(series) > 1)
    return figure


def intervals_matplotlib(series: Sequence[IntervalSeries]) -> Figure:
    """Draw points with horizontal intervals for a PNG."""
    labels = _labels(series)
    figure, (axis,) = canvas(width=7.5, height=1.3 + 0.22 * max(len(series), 2) * len(labels))
    for number, one in enumerate(series):
        axis.errorbar(
            [estimate.value * 100 for _, estimate in one.values],
            [labels.index(label) + _offset(number, len(series)) for label, _ in one.values],
            xerr=_lengths(one),
            fmt=SYMBOLS[number % 10].matplotlib,
            color=PALETTE[number % 8],
            label=one.name,
        )
    axis.set_yticks(range(len(labels)), drawable(labels), fontfamily=label_fonts(labels))
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_xlim(left=0)
    label_axes(axis, x="EER, %", y="")
    if len(series) > 1:
        axis.legend(frameon=False, fontsize=9)
    return figure


def _labels(series: Sequence[IntervalSeries]) -> list[str]:
    return list(dict.fromkeys(label for one in series for label, _ in one.values))


def _offset(number: int, count: int) -> float:
    return 0.5 * ((number + 0.5) / count - 0.5)


def _lengths(one: IntervalSeries) -> tuple[list[float], list[float]]:
    low = [(e.value - e.low) * 100 if e.low is not None else 0.0 for _, e in one.values]
    high = [(e.high - e.value) * 100 if e.high is not None else 0.0 for _, e in one.values]
    # An interval of resampled values need not hold the point estimate; a length below zero cannot be drawn.
    return [max(length, 0.0) for length in low], [max(length, 0.0) for length in high]
