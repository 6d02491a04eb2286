"""Training curves over all stages."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..training_log import TrainingLog
from .theme import DASHES, MATPLOTLIB_DASHES, PALETTE, SOFT, canvas, label_axes, plotly_layout


@dataclass(frozen=True)
class Panel:
    """One picture of the training curves.

    Attributes:
        title: What it shows.
        columns: Column of the log and its name in the legend.
        scale: Factor on the values (100 for per cent).
    """

    title: str
    columns: tuple[tuple[str, str], ...]
    scale: float


PANELS = (
    Panel("loss", (("loss", "training loss"),), 1.0),
    Panel(
        "accuracy, %",
        (
            ("accuracy", "training lines"),
            ("closed_accuracy", "held-out lines"),
            ("macro_f1", "held-out lines, macro F1"),
        ),
        100.0,
    ),
    Panel("validation EER, %", (("valid_eer", "validation characters"),), 100.0),
)
"""The pictures: loss, closed-set recognition of the training characters, EER of the validation characters."""


def drawn_panels(log: TrainingLog) -> list[Panel]:
    """Return the panels of which the log has at least one value."""
    return [panel for panel in PANELS if list(_lines(log, panel))]


def training_plotly(log: TrainingLog, panel: Panel) -> go.Figure:
    """Draw one panel for the page; dotted verticals begin the stages, numbered."""
    figure = go.Figure(layout=plotly_layout(x_title="optimiser steps", y_title=panel.title))
    for number, (name, steps, values) in enumerate(_lines(log, panel)):
        figure.add_scatter(
            x=steps,
            y=values,
            name=name,
            mode="lines+markers",
            marker={"size": 5},
            line={"color": PALETTE[number], "dash": DASHES[number], "width": 2},
            hovertemplate="step %{x:,}<br>%{y:.3g}<extra>%{fullData.name}</extra>",
        )
    for number, (_, (begin, _)) in enumerate(log.stages, start=1):
        figure.add_vline(x=begin, line={"color": "#808488", "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=begin, y=1.0, yref="paper", yanchor="bottom", text=str(number), showarrow=False
        )
    figure.update_xaxes(range=[0, float(log.step[-1]) * 1.02])
    figure.update_layout(
        showlegend=len(panel.columns) > 1, legend={"y": -0.24, "yanchor": "top"}, margin={"t": 24}
    )
    return figure


def training_matplotlib(log: TrainingLog) -> Figure:
    """Draw all panels side by side for a PNG."""
    panels = drawn_panels(log)
    figure, axes = canvas(width=4.6 * max(len(panels), 1), height=3.4, columns=max(len(panels), 1))
    for axis, panel in zip(axes, panels, strict=False):
        for number, (name, steps, values) in enumerate(_lines(log, panel)):
            axis.plot(
                steps,
                values,
                color=PALETTE[number],
                linestyle=MATPLOTLIB_DASHES[number],
                marker="o",
                markersize=3,
                label=name,
            )
        for _, (begin, _) in log.stages[1:]:
            axis.axvline(begin, color=SOFT, linewidth=0.8, linestyle=":")
        label_axes(axis, x="optimiser steps", y=panel.title)
        axis.legend(frameon=False, fontsize=8)
    return figure


def _lines(log: TrainingLog, panel: Panel) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    for column, name in panel.columns:
        values = log.curves[column]
        known = np.isfinite(values)
        if known.any():
            yield name, log.step[known], values[known] * panel.scale
