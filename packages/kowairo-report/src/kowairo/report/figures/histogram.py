"""Score histograms of target and non-target trials with decision thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.scoring import eer, min_dcf

from .theme import INK, PALETTE, canvas, label_axes, plotly_layout

_SIDES = (("same character", PALETTE[0]), ("other character", PALETTE[1]))


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """Score densities of one system.

    Attributes:
        title: System and normalisation.
        edges: (bin + 1,), scores.
        target: (bin,), density of the target scores; integrates to 1.
        nontarget: (bin,), density of the non-target scores.
        thresholds: Score by name ("EER", "minDCF 0.01").
    """

    title: str
    edges: NDArray[np.float64]
    target: NDArray[np.float64]
    nontarget: NDArray[np.float64]
    thresholds: dict[str, float]


def score_histogram(
    title: str, target: NDArray[np.float64], nontarget: NDArray[np.float64], *, bins: int = 60
) -> ScoreHistogram:
    """Compute the densities of both kinds of trials and two thresholds.

    Args:
        title: System and normalisation.
        target: (target trial,), scores.
        nontarget: (non-target trial,), scores.
        bins: Number of bins over the range of all scores.

    Returns:
        The histogram. Thresholds are those of the same trials: they show
        where the errors meet, not what an application would have set.
    """
    edges = np.histogram_bin_edges(np.concatenate([target, nontarget]), bins=bins)
    thresholds = {
        "EER": eer(target, nontarget).threshold,
        "minDCF 0.01": min_dcf(target, nontarget).threshold,
    }
    return ScoreHistogram(
        title=title,
        edges=edges,
        target=np.histogram(target, edges, density=True)[0],
        nontarget=np.histogram(nontarget, edges, density=True)[0],
        # minDCF is reached at infinity when rejecting everything is cheapest: nothing to draw.
        thresholds={name: value for name, value in thresholds.items() if np.isfinite(value)},
    )


def histogram_plotly(histogram: ScoreHistogram) -> go.Figure:
    """Draw one histogram for the page."""
    figure = go.Figure(layout=plotly_layout(x_title="score", y_title="density"))
    for (name, color), density in zip(_SIDES, (histogram.target, histogram.nontarget), strict=True):
        figure.add_scatter(
            x=histogram.edges,
            y=np.append(density, density[-1]),
            name=name,
            mode="lines",
            line={
                "color": color,
                "shape": "hv",
                "width": 1.6,
                "dash": "solid" if name.startswith("same") else "dot",
            },
            fill="tozeroy",
            hovertemplate="score %{x:.3f}<br>density %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    top = float(max(histogram.target.max(), histogram.nontarget.max()))
    for (name, value), dash in zip(histogram.thresholds.items(), ("dash", "dot"), strict=False):
        figure.add_scatter(
            x=[value, value],
            y=[0, top],
            name=f"{name}: {value:.3g}",
            mode="lines",
            line={"color": "#808488", "width": 2, "dash": dash},
            hovertemplate=f"threshold of {name}: {value:.4g}<extra></extra>",
        )
    figure.update_layout(legend={"y": -0.24, "yanchor": "top"})
    return figure


def histogram_matplotlib(histograms: Sequence[ScoreHistogram]) -> Figure:
    """Draw histograms side by side for a PNG."""
    figure, axes = canvas(width=5.0 * max(len(histograms), 1), height=3.6, columns=max(len(histograms), 1))
    for axis, histogram in zip(axes, histograms, strict=False):
        for (name, color), density in zip(_SIDES, (histogram.target, histogram.nontarget), strict=True):
            axis.stairs(density, histogram.edges, fill=True, color=color, alpha=0.35)
            axis.stairs(density, histogram.edges, color=color, label=name, linewidth=1.4)
        for (name, value), style in zip(histogram.thresholds.items(), ("--", ":"), strict=False):
            axis.axvline(value, color=INK, linewidth=1, linestyle=style, label=f"{name}: {value:.3g}")
        label_axes(axis, x="score", y="density", title=histogram.title)
        axis.legend(frameon=False, fontsize=8)
    return figure
