"""Tippett plots: how often a likelihood ratio exceeds a value, for each kind of trial."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError

from .theme import PALETTE, SOFT, canvas, label_axes, plotly_layout

_SIDES = ("same speaker", "different speakers")


@dataclass(frozen=True, eq=False)
class Tippett:
    """Cumulative shares of one system.

    Attributes:
        label: Name in the legend.
        target_log10: (point,), base-10 logarithm of the likelihood ratio, ascending.
        target_share: (point,), share of target trials above it.
        nontarget_log10: (point,), as for targets.
        nontarget_share: (point,), share of non-target trials above it.
        misleading_target: Share of targets whose likelihood ratio is below 1.
        misleading_nontarget: Share of non-targets whose likelihood ratio is 1 or more.
    """

    label: str
    target_log10: NDArray[np.float64]
    target_share: NDArray[np.float64]
    nontarget_log10: NDArray[np.float64]
    nontarget_share: NDArray[np.float64]
    misleading_target: float
    misleading_nontarget: float


def tippett(label: str, target: ArrayLike, nontarget: ArrayLike, *, max_points: int = 600) -> Tippett:
    """Compute the cumulative shares.

    Args:
        label: Name in the legend.
        target: (target trial,), natural-log likelihood ratios.
        nontarget: (non-target trial,), natural-log likelihood ratios.
        max_points: Keep at most this many points of each side.

    Returns:
        The shares and the rates of misleading evidence.

    Raises:
        InputError: A side is empty or not finite.

    Source: C. F. Tippett et al. (1968); D. Meuwly (2001) for speakers.
    """
    sides = [np.sort(np.asarray(side, dtype=np.float64)) for side in (target, nontarget)]
    for name, side in zip(("target", "non-target"), sides, strict=True):
        if side.size == 0 or not np.isfinite(side).all():
            raise InputError(f"expected finite {name} log-likelihood ratios, at least one; got {side.size}")
    (target_x, target_y), (nontarget_x, nontarget_y) = (_shares_above(side, max_points) for side in sides)
    return Tippett(
        label=label,
        target_log10=target_x,
        target_share=target_y,
        nontarget_log10=nontarget_x,
        nontarget_share=nontarget_y,
        misleading_target=float(np.mean(sides[0] < 0)),
        misleading_nontarget=float(np.mean(sides[1] >= 0)),
    )


def _shares_above(
    ascending: NDArray[np.float64], max_points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values and the share strictly above each."""
    last = ascending.size - 1
    keep = np.unique(np.linspace(0, last, min(max_points, last + 1)).round().astype(int))
    values = ascending[keep]
    return values / np.log(10), 1 - np.searchsorted(ascending, values, side="right") / ascending.size


def tippett_plotly(systems: Sequence[Tippett]) -> go.Figure:
    """Draw Tippett plots for the page; targets solid, non-targets dotted."""
    layout = plotly_layout(x_title="log₁₀ of the likelihood ratio", y_title="trials above it, %")
    figure = go.Figure(layout=layout)
    for number, one in enumerate(systems):
        for side, (x, y, dash) in zip(_SIDES, _lines(one), strict=True):
            figure.add_scatter(
                x=x.astype(np.float32),
                y=(100 * y).astype(np.float32),
                mode="lines",
                line={"color": PALETTE[number % len(PALETTE)], "width": 2, "dash": dash, "shape": "hv"},
                name=f"{one.label}, {side}",
                hovertemplate="log₁₀ LR %{x:.2f}<br>%{y:.3g} % above<extra>%{fullData.name}</extra>",
            )
    figure.add_vline(x=0, line={"color": "#808488", "width": 1, "dash": "dash"})
    figure.update_xaxes(range=list(_x_range(systems)))
    figure.update_yaxes(range=[0, 102])
    figure.update_layout(legend={"y": -0.24, "yanchor": "top"}, showlegend=True)
    return figure


def tippett_matplotlib(systems: Sequence[Tippett]) -> Figure:
    """Draw Tippett plots for a PNG or SVG."""
    figure, (axis,) = canvas(width=7.0, height=4.6)
    for number, one in enumerate(systems):
        misleading = (one.misleading_target, one.misleading_nontarget)
        for side, (x, y, dash), share in zip(_SIDES, _lines(one), misleading, strict=True):
            axis.step(
                x,
                100 * y,
                where="post",
                color=PALETTE[number % len(PALETTE)],
                linestyle="-" if dash == "solid" else ":",
                linewidth=1.8,
                label=f"{one.label}, {side} ({share:.1%} misleading)",
            )
    axis.axvline(0, color=SOFT, linewidth=0.8, linestyle="--")
    axis.set(xlim=_x_range(systems), ylim=(0, 102))
    label_axes(axis, x="log₁₀ of the likelihood ratio", y="trials above it, %")
    if systems:
        axis.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.16))
    return figure


def _lines(one: Tippett) -> list[tuple[NDArray[np.float64], NDArray[np.float64], str]]:
    """Both sides as drawn: from 100 % at the smallest value to 0 % at the largest."""
    sides = ((one.target_log10, one.target_share, "solid"), (one.nontarget_log10, one.nontarget_share, "dot"))
    return [(np.append(x[:1], x), np.append(1.0, y), dash) for x, y, dash in sides]


def _x_range(systems: Sequence[Tippett]) -> tuple[float, float]:
    """Range of the values without the last per mille, which would squeeze the rest; holds 0."""
    values = [x for one in systems for x in (one.target_log10, one.nontarget_log10)]
    low = min((float(np.quantile(x, 0.001)) for x in values), default=-1.0)
    high = max((float(np.quantile(x, 0.999)) for x in values), default=1.0)
    return min(low, -1.0) - 0.2, max(high, 1.0) + 0.2
