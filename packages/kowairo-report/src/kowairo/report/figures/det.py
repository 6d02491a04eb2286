"""DET curves: miss against false-alarm rate on normal-deviate axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.scoring import det_points, eer, min_dcf

from .det_band import DetBand
from .theme import DASHES, MATPLOTLIB_DASHES, PALETTE, SOFT, SYMBOLS, canvas, label_axes, plotly_layout, rgba

TICKS = (
    *(0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005),
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9),
)
"""Error rates that are written at the axes, as in the NIST speaker recognition evaluations."""
P_TARGETS = (0.01, 0.05)
"""Target priors whose minDCF is marked on each curve."""
MIN_ERRORS = 30
"""Errors of each kind below which a rate is little more than chance (Doddington's rule of 30)."""
_LOWEST, _HIGHEST = 0.0008, 0.65
_HIGHEST_POOR = 0.92  # for systems that hardly beat chance


@dataclass(frozen=True)
class DetMark:
    """A point on a curve.

    Attributes:
        name: What it is, e.g. "minDCF 0.05 = 0.412".
        kind: Points of one kind share a symbol, e.g. "minDCF 0.05".
        false_alarm: Fraction.
        miss: Fraction.
        false_alarm_deviate: Probit of the rate, finite.
        miss_deviate: Probit of the rate, finite.
    """

    name: str
    kind: str
    false_alarm: float
    miss: float
    false_alarm_deviate: float
    miss_deviate: float


@dataclass(frozen=True, eq=False)
class DetCurve:
    """One curve.

    Attributes:
        label: Name in the legend.
        false_alarm: (point,), fractions.
        miss: (point,), fractions.
        false_alarm_deviate: (point,), probit of the rate.
        miss_deviate: (point,), probit of the rate.
        supported: (point,), true where at least 30 errors of each kind were seen.
        eer: Equal error rate, fraction.
        marks: minDCF points and named operating points.
        band: Confidence band, or None.
        shown: Whether the curve is drawn at once, or only when the reader
            asks for it in the legend.
    """

    label: str
    false_alarm: NDArray[np.float64]
    miss: NDArray[np.float64]
    false_alarm_deviate: NDArray[np.float64]
    miss_deviate: NDArray[np.float64]
    supported: NDArray[np.bool_]
    eer: float
    marks: tuple[DetMark, ...]
    band: DetBand | None
    shown: bool


def det_curve(
    label: str,
    target: NDArray[np.float64],
    nontarget: NDArray[np.float64],
    *,
    p_targets: Sequence[float] = P_TARGETS,
    thresholds: Mapping[str, float] | None = None,
    band: DetBand | None = None,
    max_points: int = 600,
    shown: bool = True,
) -> DetCurve:
    """Compute one curve.

    Args:
        label: Name in the legend.
        target: (target trial,), scores.
        nontarget: (non-target trial,), scores.
        p_targets: Target priors whose minDCF is marked.
        thresholds: Scores of named operating points to mark as well.
        band: Confidence band of the same trials.
        max_points: Keep at most this many points.
        shown: Whether the curve is drawn at once.

    Returns:
        The curve.

    Source: A. Martin et al. (1997), "The DET curve in assessment of detection task performance"; G.
    Doddington et al. (2000) for the rule of 30.
    """
    points = det_points(target, nontarget, max_points=max_points)
    enough = (points.miss * len(target) >= MIN_ERRORS) & (points.false_alarm * len(nontarget) >= MIN_ERRORS)
    costs = {prior: min_dcf(target, nontarget, p_target=prior) for prior in p_targets}
    marks = [
        _mark(f"minDCF {prior:g} = {cost.value:.3f}", f"minDCF {prior:g}", cost.threshold, target, nontarget)
        for prior, cost in costs.items()
    ]
    marks += [_mark(name, name, value, target, nontarget) for name, value in (thresholds or {}).items()]
    return DetCurve(
        label=label,
        false_alarm=points.false_alarm,
        miss=points.miss,
        false_alarm_deviate=points.false_alarm_deviate,
        miss_deviate=points.miss_deviate,
        supported=enough,
        eer=eer(target, nontarget).value,
        marks=tuple(marks),
        band=band,
        shown=shown,
    )


def _mark(
    name: str, kind: str, threshold: float, target: NDArray[np.float64], nontarget: NDArray[np.float64]
) -> DetMark:
    miss, false_alarm = float(np.mean(target < threshold)), float(np.mean(nontarget >= threshold))
    half = 0.5 / np.array([len(nontarget), len(target)])
    inside = np.clip([false_alarm, miss], half, 1 - half)
    return DetMark(name, kind, false_alarm, miss, probit(float(inside[0])), probit(float(inside[1])))


def det_limits(curves: Sequence[DetCurve]) -> tuple[float, float]:
    """Choose the lowest and the highest error rate of both axes.

    Good systems and marked points need room below 0.1 %, poor systems above 60 %; one pair of limits serves
    both axes, so that equal error rates lie on the diagonal.
    """
    errors = [curve.eer for curve in curves if curve.shown]
    marks = [mark for curve in curves if curve.shown for mark in curve.marks]
    rates = [0.8 * rate for mark in marks for rate in (mark.false_alarm, mark.miss) if rate > 0]
    lowest = float(np.clip(min([*rates, *(error / 60 for error in errors)], default=1.0), TICKS[0], _LOWEST))
    return lowest, _HIGHEST if max(errors, default=0.0) < 0.35 else _HIGHEST_POOR


def det_plotly(curves: Sequence[DetCurve]) -> go.Figure:
    """Draw DET curves for the page."""
    figure = go.Figure(layout=plotly_layout(x_title="false alarms, %", y_title="misses, %"))
    limits = det_limits(curves)
    low, high = probit(limits[0]), probit(limits[1])
    figure.add_shape(
        type="line", x0=low, y0=low, x1=high, y1=high, line={"color": "#808488", "width": 1, "dash": "dot"}
    )
    kinds = _kinds(curves)
    for number, curve in enumerate(curves):
        _add_curve(figure, curve, PALETTE[number % len(PALETTE)], DASHES[number % len(DASHES)])
    for number, curve in enumerate(curves):
        _add_marks(figure, curve, PALETTE[number % len(PALETTE)], kinds)
    ticks = {
        "tickvals": [probit(t) for t in _ticks(limits)],
        "ticktext": [_percent(t) for t in _ticks(limits)],
    }
    figure.update_xaxes(range=[low, high], constrain="domain", **ticks)
    figure.update_yaxes(range=[low, high], scaleanchor="x", constrain="domain", **ticks)
    figure.update_layout(legend={"y": 0, "yref": "container", "yanchor": "bottom"}, showlegend=True)
    return figure


def _add_curve(figure: go.Figure, curve: DetCurve, color: str, dash: str) -> None:
    """Add the curve, thin where few errors were seen, over its band; all go by one legend entry."""
    name, is_supported = f"{curve.label} · EER {curve.eer:.1%}", bool(curve.supported.any())
    common = {"legendgroup": curve.label, "visible": True if curve.shown else "legendonly"}
    if curve.band is not None:
        x, y = (side.astype(np.float32) for side in curve.band.outline())
        figure.add_scatter(
            x=x,
            y=y,
            fill="toself",
            fillcolor=rgba(color, 0.14),
            mode="none",
            hoverinfo="skip",
            showlegend=False,
            **common,
        )
    x, y = curve.false_alarm_deviate.astype(np.float32), curve.miss_deviate.astype(np.float32)
    figure.add_scatter(
        x=x,
        y=y,
        customdata=np.column_stack([curve.false_alarm, curve.miss]).astype(np.float32) * 100,
        hovertemplate="%{customdata[0]:.3g} % false alarms<br>%{customdata[1]:.3g} % misses"
        "<extra>%{fullData.name}</extra>",
        name=name,
        mode="lines",
        line={"color": color, "dash": dash, "width": 1},
        showlegend=not is_supported,
        **common,
    )
    if is_supported:
        figure.add_scatter(
            x=np.where(curve.supported, x, np.nan),
            y=np.where(curve.supported, y, np.nan),
            mode="lines",
            line={"color": color, "dash": dash, "width": 2.4},
            hoverinfo="skip",
            name=name,
            **common,
        )


def _add_marks(figure: go.Figure, curve: DetCurve, color: str, kinds: Sequence[str]) -> None:
    if not curve.marks:
        return
    figure.add_scatter(
        x=[mark.false_alarm_deviate for mark in curve.marks],
        y=[mark.miss_deviate for mark in curve.marks],
        customdata=[[m.name, m.false_alarm * 100, m.miss * 100] for m in curve.marks],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]:.3g} % false alarms<br>"
        "%{customdata[2]:.3g} % misses<extra>%{fullData.name}</extra>",
        mode="markers",
        marker={
            "size": 9,
            "color": color,
            "symbol": [_symbol(m.kind, kinds) for m in curve.marks],
            "line": {"width": 1, "color": "#ffffff"},
        },
        name=curve.label,
        legendgroup=curve.label,
        showlegend=False,
        visible=True if curve.shown else "legendonly",
    )


def det_matplotlib(curves: Sequence[DetCurve]) -> Figure:
    """Draw the shown DET curves for a PNG or SVG."""
    figure, (axis,) = canvas(width=6.5, height=6.5)
    limits = det_limits(curves)
    low, high = probit(limits[0]), probit(limits[1])
    axis.plot([low, high], [low, high], color=SOFT, linewidth=0.8, linestyle=":")
    kinds = _kinds(curves)
    for number, curve in enumerate(curves):
        if curve.shown:
            _draw_curve(axis, curve, number)
    for number, curve in enumerate(curves):
        if curve.shown:
            _draw_marks(axis, curve, PALETTE[number % len(PALETTE)], kinds)
    for kind in kinds:
        axis.plot(
            [],
            [],
            color=SOFT,
            linestyle="",
            marker=SYMBOLS[kinds.index(kind) % len(SYMBOLS)].matplotlib,
            label=kind,
        )
    positions = [probit(tick) for tick in _ticks(limits)]
    labels = [_percent(tick) for tick in _ticks(limits)]
    axis.set_xticks(positions, labels, rotation=0 if len(labels) <= 11 else 45)
    axis.set_yticks(positions, labels)
    axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    label_axes(axis, x="false alarms, %", y="misses, %")
    if curves:
        axis.legend(facecolor="white", edgecolor="none", framealpha=0.85, fontsize=9, loc="upper right")
    return figure


def _draw_curve(axis: Axes, curve: DetCurve, number: int) -> None:
    color = PALETTE[number % len(PALETTE)]
    dash = MATPLOTLIB_DASHES[number % len(MATPLOTLIB_DASHES)]
    x, y = curve.false_alarm_deviate, curve.miss_deviate
    axis.plot(x, y, color=color, linestyle=dash, linewidth=0.8)
    thick = [np.where(curve.supported, side, np.nan) for side in (x, y)]
    axis.plot(*thick, color=color, linestyle=dash, linewidth=2.0, label=f"{curve.label}, EER {curve.eer:.1%}")
    if curve.band is not None:
        axis.fill(*curve.band.outline(), color=color, alpha=0.14, linewidth=0)


def _draw_marks(axis: Axes, curve: DetCurve, color: str, kinds: Sequence[str]) -> None:
    for mark in curve.marks:
        axis.plot(
            mark.false_alarm_deviate,
            mark.miss_deviate,
            color=color,
            marker=SYMBOLS[kinds.index(mark.kind) % len(SYMBOLS)].matplotlib,
            markeredgecolor="white",
            markersize=7,
            linestyle="",
        )


def _kinds(curves: Sequence[DetCurve]) -> list[str]:
    return list(dict.fromkeys(mark.kind for curve in curves for mark in curve.marks))


def _symbol(kind: str, kinds: Sequence[str]) -> str:
    return SYMBOLS[kinds.index(kind) % len(SYMBOLS)].plotly


def _ticks(limits: tuple[float, float]) -> list[float]:
    return [tick for tick in TICKS if limits[0] <= tick <= limits[1]]


def _percent(rate: float) -> str:
    # "g" would write 0.00001 as 1e-05.
    return f"{rate * 100:.5f}".rstrip("0").rstrip(".")


def probit(rate: float) -> float:
    """Return the standard normal quantile of a rate in (0, 1)."""
    return NormalDist().inv_cdf(rate)
