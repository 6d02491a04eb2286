"""Reliability of log-likelihood ratios: predicted against observed share of targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kowairo.core import InputError

from .theme import DASHES, MATPLOTLIB_DASHES, PALETTE, SOFT, SYMBOLS, canvas, label_axes, plotly_layout

TICKS = (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)
"""Probabilities that are written at the axes."""
_EDGE = 0.0004  # probabilities nearer to 0 or 1 are drawn here, at the rim


@dataclass(frozen=True, eq=False)
class Reliability:
    """Predicted and observed probabilities of one system.

    Attributes:
        label: Name in the legend.
        prior: Target prior that both probabilities are for.
        predicted: (bin,), mean predicted probability of a target, ascending.
        observed: (bin,), share of targets at that prior.
        low: (bin,), lower bound of the share.
        high: (bin,), upper bound of the share.
        num_target: (bin,), target trials.
        num_nontarget: (bin,), non-target trials.
        pav_predicted: (corner,), predicted probability along the best monotone map.
        pav_observed: (corner,), what that map makes of it.
    """

    label: str
    prior: float
    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    num_target: NDArray[np.int64]
    num_nontarget: NDArray[np.int64]
    pav_predicted: NDArray[np.float64]
    pav_observed: NDArray[np.float64]


def reliability(
    label: str,
    target: NDArray[np.float64],
    nontarget: NDArray[np.float64],
    *,
    prior: float = 0.5,
    bins: int = 12,
    confidence: float = 0.95,
) -> Reliability:
    """Compute the reliability of log-likelihood ratios.

    The predicted probability is `1 / (1 + exp(-(llr + log(p / (1 - p)))))`. Trials are weighted so that
    targets make up p of the whole; bins hold equal weight. The observed share of a bin with t of T targets
    and n of N non-targets is `p t/T / (p t/T + (1 - p) n/N)`, its bounds are Wilson's interval of
    `t / (t + n)` carried over to the prior.

    Args:
        label: Name in the legend.
        target: (target trial,), natural-log likelihood ratios.
        nontarget: (non-target trial,), natural-log likelihood ratios.
        prior: Target prior p in (0, 1).
        bins: Number of bins at most.
        confidence: Mass of Wilson's interval, in (0, 1). It takes trials for independent, so it is the least
            that the share is unsure by.

    Returns:
        The reliability with the pool-adjacent-violators map, free of bins, beside it.

    Raises:
        InputError: A side is empty or not finite, or the prior is not in (0, 1).

    Source: J. Broecker and L. A. Smith (2007) for the diagram; T. Dimitriadis, T. Gneiting and A. I. Jordan
    (2021) for the monotone map in it; E. B. Wilson (1927) for the interval.
    """
    if not 0 < prior < 1:
        raise InputError(f"expected a prior in (0, 1), got {prior}")
    for name, side in (("target", target), ("non-target", nontarget)):
        if len(side) == 0 or not np.isfinite(side).all():
            raise InputError(f"expected finite {name} log-likelihood ratios, at least one; got {len(side)}")
    llrs = np.concatenate([target, nontarget])
    labels = np.arange(llrs.size) < len(target)
    weights = np.where(labels, prior / len(target), (1 - prior) / len(nontarget))
    order = np.argsort(llrs, kind="stable")
    llrs, labels, weights = llrs[order], labels[order], weights[order]
    predicted = 1 / (1 + np.exp(-np.clip(llrs + np.log(prior / (1 - prior)), -700, 700)))
    number = _equal_weight_bins(llrs, weights, bins)
    mass, hits = np.bincount(number, weights), np.bincount(number, weights * labels)
    targets = np.bincount(number, labels).astype(np.int64)
    nontargets = np.bincount(number, ~labels).astype(np.int64)
    low, high = _wilson(targets, targets + nontargets, confidence)
    ratio = (prior / len(target)) / ((1 - prior) / len(nontarget))
    pav = _monotone_map(predicted, labels, weights)
    return Reliability(
        label=label,
        prior=prior,
        predicted=np.bincount(number, weights * predicted) / mass,
        observed=hits / mass,
        low=_at_prior(low, ratio),
        high=_at_prior(high, ratio),
        num_target=targets,
        num_nontarget=nontargets,
        pav_predicted=pav[0],
        pav_observed=pav[1],
    )


def _equal_weight_bins(
    llrs: NDArray[np.float64], weights: NDArray[np.float64], bins: int
) -> NDArray[np.int64]:
    """Bin of each sorted value, without gaps; equal values share a bin."""
    _, start = np.unique(llrs, return_index=True)
    before = np.concatenate([[0.0], np.cumsum(weights)])[start] / weights.sum()
    number = np.minimum((before * bins).astype(np.int64), bins - 1)
    dense = np.unique(number, return_inverse=True)[1]
    return np.repeat(dense, np.diff(np.append(start, llrs.size)))


def _wilson(
    hits: NDArray[np.int64], counts: NDArray[np.int64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = hits / counts
    middle = share + z * z / (2 * counts)
    half = z * np.sqrt(share * (1 - share) / counts + z * z / (4 * counts**2))
    scale = 1 + z * z / counts
    return np.clip((middle - half) / scale, 0, 1), np.clip((middle + half) / scale, 0, 1)


def _at_prior(share: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Carry a share among unweighted trials over to weighted ones; ratio = target weight over the other."""
    return share * ratio / (share * ratio + 1 - share)


def _monotone_map(
    predicted: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the pool-adjacent-violators map: first and last prediction of every level."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression().fit(predicted, labels.astype(np.float64), weights / weights.mean())
    return fitted.X_thresholds_, fitted.y_thresholds_


def reliability_plotly(systems: Sequence[Reliability]) -> go.Figure:
    """Draw reliabilities for the page: markers with intervals per bin, the monotone map as a line."""
    figure = go.Figure(layout=plotly_layout(x_title=_x_title(systems), y_title="observed share, %"))
    low, high = logit(_EDGE), logit(1 - _EDGE)
    figure.add_shape(
        type="line", x0=low, y0=low, x1=high, y1=high, line={"color": "#808488", "width": 1, "dash": "dot"}
    )
    for number, one in enumerate(systems):
        color = PALETTE[number % len(PALETTE)]
        y, below, above = _heights(one)
        figure.add_scatter(
            x=_logits(one.pav_predicted),
            y=_logits(one.pav_observed),
            mode="lines",
            line={"color": color, "width": 1.4, "dash": DASHES[number % len(DASHES)]},
            name=one.label,
            legendgroup=one.label,
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=_logits(one.predicted),
            y=y,
            error_y={"type": "data", "symmetric": False, "array": above, "arrayminus": below, "width": 0},
            mode="markers",
            marker={"size": 9, "color": color, "symbol": SYMBOLS[number % len(SYMBOLS)].plotly},
            name=one.label,
            legendgroup=one.label,
            customdata=np.column_stack(
                [one.predicted * 100, one.observed * 100, one.num_target, one.num_nontarget]
            ),
            hovertemplate="predicted %{customdata[0]:.3g} %<br>observed %{customdata[1]:.3g} %<br>"
            "%{customdata[2]:,} targets, %{customdata[3]:,} non-targets<extra>%{fullData.name}</extra>",
        )
    ticks = {"tickvals": [logit(tick) for tick in TICKS], "ticktext": [f"{tick * 100:g}" for tick in TICKS]}
    figure.update_xaxes(range=[low, high], constrain="domain", **ticks)
    figure.update_yaxes(range=[low, high], scaleanchor="x", constrain="domain", **ticks)
    figure.update_layout(legend={"y": -0.16, "yanchor": "top"}, showlegend=True)
    return figure


def reliability_matplotlib(systems: Sequence[Reliability]) -> Figure:
    """Draw reliabilities for a PNG or SVG."""
    figure, (axis,) = canvas(width=6.0, height=6.0)
    low, high = logit(_EDGE), logit(1 - _EDGE)
    axis.plot([low, high], [low, high], color=SOFT, linewidth=0.8, linestyle=":")
    for number, one in enumerate(systems):
        color = PALETTE[number % len(PALETTE)]
        y, below, above = _heights(one)
        dash = MATPLOTLIB_DASHES[number % len(MATPLOTLIB_DASHES)]
        axis.plot(
            _logits(one.pav_predicted), _logits(one.pav_observed), color=color, linewidth=1.2, linestyle=dash
        )
        axis.errorbar(
            _logits(one.predicted),
            y,
            yerr=[below, above],
            fmt=SYMBOLS[number % len(SYMBOLS)].matplotlib,
            color=color,
            markersize=6,
            label=one.label,
        )
    positions, labels = [logit(tick) for tick in TICKS], [f"{tick * 100:g}" for tick in TICKS]
    axis.set_xticks(positions, labels)
    axis.set_yticks(positions, labels)
    axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    label_axes(axis, x=_x_title(systems), y="observed share, %")
    if systems:
        axis.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


def _heights(one: Reliability) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Position of each bin, and the lengths of its interval below and above."""
    y, low, high = _logits(one.observed), _logits(one.low), _logits(one.high)
    return y, np.maximum(y - low, 0), np.maximum(high - y, 0)


def _logits(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    return np.log(inside / (1 - inside))


def _x_title(systems: Sequence[Reliability]) -> str:
    priors = {one.prior for one in systems}
    at = f" (prior {priors.pop():g})" if len(priors) == 1 else ""
    return f"predicted probability, %{at}"


def logit(probability: float) -> float:
    """Return the log odds of a probability in (0, 1)."""
    return float(np.log(probability / (1 - probability)))
