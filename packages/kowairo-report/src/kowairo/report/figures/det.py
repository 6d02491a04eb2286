"""DET curves: miss against false-alarm rate on normal-deviate axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.scoring import det_points, eer

from .theme import DASHES, MATPLOTLIB_DASHES, PALETTE, SOFT, canvas, label_axes, plotly_layout

TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
"""Error rates that are written at the axes, as in the NIST speaker recognition evaluations."""
_LOWEST, _HIGHEST = 0.0008, 0.65


@dataclass(frozen=True, eq=False)
class DetCurve:
    """One curve.

    Attributes:
        label: Name in the legend.
        false_alarm: (point,), fractions.
        miss: (point,), fractions.
        false_alarm_deviate: (point,), probit of the rate.
        miss_deviate: (point,), probit of the rate.
        eer: Equal error rate, fraction.
        shown: Whether the curve is drawn at once, or only when the reader
            asks for it in the legend.
    """

    label: str
    false_alarm: NDArray[np.float64]
    miss: NDArray[np.float64]
    false_alarm_deviate: NDArray[np.float64]
    miss_deviate: NDArray[np.float64]
    eer: float
    shown: bool


def det_curve(
    label: str,
    target: NDArray[np.float64],
    nontarget: NDArray[np.float64],
    *,
    max_points: int = 600,
    shown: bool = True,
) -> DetCurve:
    """Compute one curve.

    Args:
        label: Name in the legend.
        target: (target trial,), scores.
        nontarget: (non-target trial,), scores.
        max_points: Keep at most this many points.
        shown: Whether the curve is drawn at once.

    Returns:
        The curve.

    Source: A. Martin et al. (1997), "The DET curve in assessment of detection task performance".
    """
    points = det_points(target, nontarget, max_points=max_points)
    return DetCurve(
        label=label,
        false_alarm=points.false_alarm,
        miss=points.miss,
        false_alarm_deviate=points.false_alarm_deviate,
        miss_deviate=points.miss_deviate,
        eer=eer(target, nontarget).value,
        shown=shown,
    )


def det_plotly(curves: Sequence[DetCurve]) -> go.Figure:
    """Draw DET curves for the page."""
    figure = go.Figure(layout=plotly_layout(x_title="false alarms, %", y_title="misses, %"))
    low, high = probit(_LOWEST), probit(_HIGHEST)
    figure.add_shape(
        type="line", x0=low, y0=low, x1=high, y1=high, line={"color": "#808488", "width": 1, "dash": "dot"}
    )
    for number, curve in enumerate(curves):
        figure.add_scatter(
            x=curve.false_alarm_deviate.astype(np.float32),
            y=curve.miss_deviate.astype(np.float32),
            customdata=np.column_stack([curve.false_alarm, curve.miss]).astype(np.float32) * 100,
            hovertemplate="%{customdata[0]:.2f} % false alarms<br>%{customdata[1]:.2f} % misses"
            "<extra>%{fullData.name}</extra>",
            name=f"{curve.label} · EER {curve.eer:.1%}",
            mode="lines",
            line={"color": PALETTE[number % len(PALETTE)], "dash": DASHES[number % len(DASHES)], "width": 2},
            visible=True if curve.shown else "legendonly",
        )
    ticks = {"tickvals": [probit(tick) for tick in TICKS], "ticktext": [f"{tick * 100:g}" for tick in TICKS]}
    figure.update_xaxes(range=[low, high], constrain="domain", **ticks)
    figure.update_yaxes(range=[low, high], scaleanchor="x", constrain="domain", **ticks)
    figure.update_layout(legend={"y": -0.16, "yanchor": "top"}, showlegend=True)
    return figure


def det_matplotlib(curves: Sequence[DetCurve]) -> Figure:
    """Draw the shown DET curves for a PNG."""
    figure, (axis,) = canvas(width=6.5, height=6.5)
    low, high = probit(_LOWEST), probit(_HIGHEST)
    axis.plot([low, high], [low, high], color=SOFT, linewidth=0.8, linestyle=":")
    for number, curve in enumerate(curves):
        if curve.shown:
            axis.plot(
                curve.false_alarm_deviate,
                curve.miss_deviate,
                color=PALETTE[number % len(PALETTE)],
                linestyle=MATPLOTLIB_DASHES[number % len(MATPLOTLIB_DASHES)],
                linewidth=1.8,
                label=f"{curve.label}, EER {curve.eer:.1%}",
            )
    positions = [probit(tick) for tick in TICKS]
    labels = [f"{tick * 100:g}" for tick in TICKS]
    axis.set_xticks(positions, labels)
    axis.set_yticks(positions, labels)
    axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    label_axes(axis, x="false alarms, %", y="misses, %")
    if curves:
        axis.legend(frameon=False, fontsize=9, loc="upper right")
    return figure


def probit(rate: float) -> float:
    """Return the standard normal quantile of a rate in (0, 1)."""
    return NormalDist().inv_cdf(rate)
