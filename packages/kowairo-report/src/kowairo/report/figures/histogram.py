"""Score histograms of target and non-target trials with decision thresholds."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.scoring import eer, min_dcf

from .theme import DASHES, INK, MATPLOTLIB_DASHES, PALETTE, canvas, label_axes, plotly_layout

_GAP = 0.12  # between two histograms, as a share of the height
_SIDES = (("same speaker", PALETTE[0]), ("different speakers", PALETTE[1]))


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
    title: str,
    target: NDArray[np.float64],
    nontarget: NDArray[np.float64],
    *,
    bins: int = 60,
    thresholds: Mapping[str, float] | None = None,
) -> ScoreHistogram:
    """Compute the densities of both kinds of trials and two thresholds.

    Args:
        title: System and normalisation.
        target: (target trial,), scores.
        nontarget: (non-target trial,), scores.
        bins: Number of bins over the range of all scores.
        thresholds: Score by name, e.g. stored operating points. By default those
            of the same trials: they show where the errors meet, not what an
            application would have set.

    Returns:
        The histogram.
    """
    edges = np.histogram_bin_edges(np.concatenate([target, nontarget]), bins=bins)
    if thresholds is None:
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
    figure.add_traces(_traces(histogram, ""))
    figure.update_layout(legend={"y": -0.24, "yanchor": "top"})
    return figure


def histograms_plotly(histograms: Sequence[ScoreHistogram]) -> go.Figure:
    """Draw histograms one above the other, each with its own score axis.

    Args:
        histograms: At least one.

    Returns:
        The figure; its height grows with their number.
    """
    count = max(len(histograms), 1)
    figure = go.Figure(layout=plotly_layout(x_title="score", y_title="density"))
    share = (1 + _GAP) / count
    for number, histogram in enumerate(histograms):
        axis = str(number + 1) if number else ""
        figure.add_traces(_traces(histogram, axis, with_name=count > 1))
        top = 1 - number * share
        style = figure.layout.yaxis.to_plotly_json() if number else {}
        below = {**figure.layout.xaxis.to_plotly_json(), "anchor": f"y{axis}"} if number else {"anchor": "y"}
        domain = [max(top - share + _GAP, 0.0), top]
        figure.update_layout(
            {f"xaxis{axis}": below, f"yaxis{axis}": {**style, "domain": domain, "anchor": f"x{axis}"}}
        )
        if count > 1:
            figure.add_annotation(
                text=html.escape(histogram.title),
                x=0,
                y=top,
                xref="paper",
                yref="paper",
                yanchor="bottom",
                showarrow=False,
            )
    figure.update_layout(
        height=130 + 260 * count, margin={"t": 28}, legend={"y": -0.35 / count, "yanchor": "top"}
    )
    return figure


def _traces(histogram: ScoreHistogram, axis: str, *, with_name: bool = False) -> list[go.Scatter]:
    """Both densities and the thresholds, on the axes of that number."""
    place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    traces = [
        go.Scatter(
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
            legendgroup=name,
            showlegend=axis == "",
            hovertemplate="score %{x:.3f}<br>density %{y:.3f}<extra>%{fullData.name}</extra>",
            **place,
        )
        for (name, color), density in zip(_SIDES, (histogram.target, histogram.nontarget), strict=True)
    ]
    top = float(max(histogram.target.max(), histogram.nontarget.max()))
    for number, (name, value) in enumerate(histogram.thresholds.items()):
        owner = f"{histogram.title}, " if with_name else ""
        traces.append(
            go.Scatter(
                x=[value, value],
                y=[0, top],
                name=f"{owner}{name}: {value:.3g}",
                mode="lines",
                line={"color": "#808488", "width": 2, "dash": DASHES[1 + number % (len(DASHES) - 1)]},
                hovertemplate=f"threshold of {html.escape(name)}: {value:.4g}<extra></extra>",
                **place,
            )
        )
    return traces


def histogram_matplotlib(histograms: Sequence[ScoreHistogram]) -> Figure:
    """Draw histograms side by side for a PNG."""
    figure, axes = canvas(width=5.0 * max(len(histograms), 1), height=3.6, columns=max(len(histograms), 1))
    for axis, histogram in zip(axes, histograms, strict=False):
        for (name, color), density in zip(_SIDES, (histogram.target, histogram.nontarget), strict=True):
            axis.stairs(density, histogram.edges, fill=True, color=color, alpha=0.35)
            axis.stairs(density, histogram.edges, color=color, label=name, linewidth=1.4)
        for number, (name, value) in enumerate(histogram.thresholds.items()):
            style = MATPLOTLIB_DASHES[1 + number % (len(MATPLOTLIB_DASHES) - 1)]
            axis.axvline(value, color=INK, linewidth=1, linestyle=style, label=f"{name}: {value:.3g}")
        label_axes(axis, x="score", y="density", title=histogram.title)
        axis.legend(frameon=False, fontsize=8)
    return figure
