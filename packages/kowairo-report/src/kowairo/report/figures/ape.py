"""Applied probability of error: what decisions by log-likelihood ratios cost at every prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics import cllr, error_rates, min_cllr

from .theme import PALETTE, SOFT, canvas, label_axes, plotly_layout

Measure = Literal["error", "normalized"]
"""Probability of error itself, or divided by that of a system that does not listen."""


@dataclass(frozen=True, eq=False)
class ApeCurve:
    """Probability of error of one system by prior.

    Attributes:
        label: Name in the legend.
        prior_log_odds: (point,), natural log odds of the target prior, ascending.
        actual: (point,), probability of error with the Bayes threshold.
        minimum: (point,), probability of error with the best threshold for these very trials.
        default: (point,), probability of error without listening: min(p, 1 - p).
        cllr: Loss over all priors, bits; 0 is perfect, 1 says nothing.
        min_cllr: What remains of it after the best monotone map.
    """

    label: str
    prior_log_odds: NDArray[np.float64]
    actual: NDArray[np.float64]
    minimum: NDArray[np.float64]
    default: NDArray[np.float64]
    cllr: float
    min_cllr: float


def ape_curve(
    label: str,
    target: NDArray[np.float64],
    nontarget: NDArray[np.float64],
    *,
    max_log_odds: float = 7.0,
    num_points: int = 141,
) -> ApeCurve:
    """Compute the error probabilities.

    At prior p with log odds l a trial is accepted where `llr >= -l`; the error is
    `p miss(-l) + (1 - p) false_alarm(-l)`. The area under the actual curve over all log odds, divided by
    `2 ln 2`, is Cllr.

    Args:
        label: Name in the legend.
        target: (target trial,), natural-log likelihood ratios.
        nontarget: (non-target trial,), natural-log likelihood ratios.
        max_log_odds: The curve runs from minus to plus this.
        num_points: Points of the curve.

    Returns:
        The curve.

    Raises:
        InputError: A side is empty or not finite, or the range is not positive.

    Source: N. Brummer and J. du Preez (2006), "Application-independent evaluation of speaker detection".
    """
    if not max_log_odds > 0 or num_points < 2:
        raise InputError(
            f"expected a positive range and two points or more, got {max_log_odds}, {num_points}"
        )
    rates = error_rates(target, nontarget)
    log_odds = np.linspace(-max_log_odds, max_log_odds, num_points)
    prior = 1 / (1 + np.exp(-log_odds))
    # The first threshold at or above -l is where the rates of a decision at -l are written.
    at = np.searchsorted(rates.threshold, -log_odds, side="left")
    actual = prior * rates.miss[at] + (1 - prior) * rates.false_alarm[at]
    minimum = np.array([np.min(p * rates.miss + (1 - p) * rates.false_alarm) for p in prior])
    return ApeCurve(
        label=label,
        prior_log_odds=log_odds,
        actual=actual,
        minimum=minimum,
        default=np.minimum(prior, 1 - prior),
        cllr=cllr(target, nontarget),
        min_cllr=min_cllr(target, nontarget),
    )


def ape_plotly(curves: Sequence[ApeCurve], *, measure: Measure = "error") -> go.Figure:
    """Draw curves for the page; the actual error solid, the least possible one dotted."""
    figure = go.Figure(layout=plotly_layout(x_title=_X_TITLE, y_title=_y_title(measure)))
    if curves:
        figure.add_scatter(
            x=curves[0].prior_log_odds,
            y=_scaled(curves[0].default, curves[0], measure),
            mode="lines",
            line={"color": "#808488", "width": 1.4, "dash": "dash"},
            name="without listening",
            hoverinfo="skip",
        )
    for number, curve in enumerate(curves):
        for values, kind, dash in ((curve.actual, "actual", "solid"), (curve.minimum, "minimum", "dot")):
            name = (
                f"{curve.label} · Cllr {curve.cllr:.3f}"
                if kind == "actual"
                else f"{curve.label}, best threshold · {curve.min_cllr:.3f}"
            )
            figure.add_scatter(
                x=curve.prior_log_odds,
                y=_scaled(values, curve, measure),
                mode="lines",
                line={"color": PALETTE[number % len(PALETTE)], "width": 2, "dash": dash},
                name=name,
                hovertemplate="log odds %{x:.1f}<br>%{y:.3g}<extra>%{fullData.name}</extra>",
            )
    figure.update_yaxes(range=[0, _top(curves, measure)])
    figure.update_layout(legend={"y": -0.24, "yanchor": "top"}, showlegend=True)
    return figure


def ape_matplotlib(curves: Sequence[ApeCurve], *, measure: Measure = "error") -> Figure:
    """Draw curves for a PNG or SVG."""
    figure, (axis,) = canvas(width=7.0, height=4.6)
    for number, curve in enumerate(curves):
        color = PALETTE[number % len(PALETTE)]
        x = curve.prior_log_odds
        if number == 0:
            default = _scaled(curve.default, curve, measure)
            axis.plot(x, default, color=SOFT, linewidth=1.2, linestyle="--", label="without listening")
        actual, minimum = (_scaled(values, curve, measure) for values in (curve.actual, curve.minimum))
        axis.plot(x, actual, color=color, linewidth=1.8, label=f"{curve.label}, Cllr {curve.cllr:.3f}")
        axis.plot(
            x,
            minimum,
            color=color,
            linewidth=1.6,
            linestyle=":",
            label=f"{curve.label}, best threshold, {curve.min_cllr:.3f}",
        )
    axis.set_ylim(0, _top(curves, measure))
    label_axes(axis, x=_X_TITLE, y=_y_title(measure))
    if curves:
        axis.legend(frameon=False, fontsize=8)
    return figure


_X_TITLE = "log odds of the target prior"


def _y_title(measure: Measure) -> str:
    return "probability of error" if measure == "error" else "error relative to not listening"


def _scaled(values: NDArray[np.float64], curve: ApeCurve, measure: Measure) -> NDArray[np.float64]:
    return values if measure == "error" else values / curve.default


def _top(curves: Sequence[ApeCurve], measure: Measure) -> float:
    """Upper end of the axis: a badly calibrated system may leave the picture, the others stay readable."""
    if measure == "normalized":
        return 1.15
    highest = max((float(curve.actual.max()) for curve in curves), default=0.5)
    return min(max(1.15 * highest, 0.05), 0.55)
