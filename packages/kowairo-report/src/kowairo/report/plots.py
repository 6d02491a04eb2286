"""Pictures of scores by name, as `kowairo plot` draws them."""

import html
from collections.abc import Mapping, Sequence

from .figures.ape import Measure, ape_curve, ape_matplotlib, ape_plotly
from .figures.det import P_TARGETS, det_curve, det_matplotlib, det_plotly
from .figures.det_band import DetBand, det_band
from .figures.histogram import histogram_matplotlib, histograms_plotly, score_histogram
from .figures.reliability import reliability, reliability_matplotlib, reliability_plotly
from .figures.tippett import tippett, tippett_matplotlib, tippett_plotly
from .pictures import Picture
from .scored_system import ScoredSystem

_GLYPHS = "●■▲◆✚▼★✖⬟⬢"  # the symbols of the theme, in its order


def det_picture(
    systems: Sequence[ScoredSystem],
    *,
    p_targets: Sequence[float] = P_TARGETS,
    thresholds: Mapping[str, float] | None = None,
    num_replicates: int = 300,
    seed: int = 0,
) -> Picture:
    """Draw DET curves of several systems in one picture.

    Args:
        systems: Each with speakers gets a 95 % band.
        p_targets: Target priors whose minDCF is marked.
        thresholds: Named operating points to mark on every curve.
        num_replicates: Bootstrap replicates of the bands; 0 draws none.
        seed: Seed of the bootstrap.

    Returns:
        The picture.

    Raises:
        InputError: Scores are not finite, or labels contradict the speakers.
    """
    curves = [
        det_curve(
            one.label,
            one.target,
            one.nontarget,
            p_targets=p_targets,
            thresholds=thresholds,
            band=_band(one, num_replicates, seed),
        )
        for one in systems
    ]
    caption = "Misses against false alarms on normal-deviate axes; nearer to the lower left corner is better."
    kinds = dict.fromkeys(mark.kind for curve in curves for mark in curve.marks)
    if kinds:
        named = (f"{glyph} {html.escape(kind)}" for glyph, kind in zip(_GLYPHS, kinds, strict=False))
        caption += f" Marks: {', '.join(named)}."
    caption += " Thin lines: fewer than 30 errors of one kind were seen."
    banded = [curve.label for curve in curves if curve.band is not None]
    if banded:
        whose = "" if len(banded) == len(curves) else f" of {html.escape(', '.join(banded))}"
        caption += f" Shaded: 95 % of the curves{whose} when speakers are drawn anew."
    alt = "DET curves: " + "; ".join(f"{curve.label}, EER {curve.eer:.2%}" for curve in curves)
    return Picture("det", "DET curves", caption, alt, det_plotly(curves), det_matplotlib(curves), "det")


def _band(system: ScoredSystem, num_replicates: int, seed: int) -> DetBand | None:
    if system.speakers is None or num_replicates == 0:
        return None
    return det_band(
        system.scores, system.is_target, *system.speakers, num_replicates=num_replicates, seed=seed
    )


def scores_picture(
    systems: Sequence[ScoredSystem], *, thresholds: Mapping[str, float] | None = None, bins: int = 60
) -> Picture:
    """Draw a score histogram per system.

    Args:
        systems: The systems.
        thresholds: Named thresholds to draw; by default those of the EER and the minDCF of these trials.
        bins: Number of bins over the range of all scores.

    Returns:
        The picture.
    """
    histograms = [
        score_histogram(one.label, one.target, one.nontarget, bins=bins, thresholds=thresholds)
        for one in systems
    ]
    alt = "Score densities: " + "; ".join(
        f"{one.title}: " + ", ".join(f"{name} at score {value:.3g}" for name, value in one.thresholds.items())
        for one in histograms
    )
    caption = "Densities of the scores of both kinds of trials; lines are decision thresholds."
    return Picture(
        "scores",
        "Score histograms",
        caption,
        alt,
        histograms_plotly(histograms),
        histogram_matplotlib(histograms),
        "wide",
    )


def tippett_picture(systems: Sequence[ScoredSystem]) -> Picture:
    """Draw Tippett plots of several systems; their scores must be log-likelihood ratios."""
    curves = [tippett(one.label, one.target, one.nontarget) for one in systems]
    alt = "Tippett plot: " + "; ".join(
        f"{one.label}: {one.misleading_target:.2%} of same-speaker trials have a likelihood ratio below 1, "
        f"{one.misleading_nontarget:.2%} of different-speaker trials one of 1 or more"
        for one in curves
    )
    caption = (
        "Share of trials whose likelihood ratio exceeds a value, for same-speaker (solid) and "
        "different-speaker trials (dotted). Left of 0 the evidence speaks against one speaker."
    )
    return Picture(
        "tippett", "Tippett plot", caption, alt, tippett_plotly(curves), tippett_matplotlib(curves), "wide"
    )


def reliability_picture(systems: Sequence[ScoredSystem], *, prior: float = 0.5, bins: int = 12) -> Picture:
    """Draw reliability diagrams of several systems; their scores must be log-likelihood ratios.

    Args:
        systems: The systems.
        prior: Target prior in (0, 1) that probabilities are stated for.
        bins: Number of bins at most.

    Returns:
        The picture.

    Raises:
        InputError: The prior is out of range or scores are not finite.
    """
    drawn = [reliability(one.label, one.target, one.nontarget, prior=prior, bins=bins) for one in systems]
    caption = (
        "How often trials with a predicted probability are targets indeed, 95 % intervals as if trials were "
        "independent. On the diagonal the prediction is right; below it the system is too sure of targets. "
        "The line is the best monotone map of these trials."
    )
    alt = f"Reliability at prior {prior:g} of " + ", ".join(one.label for one in systems)
    return Picture(
        "reliability",
        "Reliability",
        caption,
        alt,
        reliability_plotly(drawn),
        reliability_matplotlib(drawn),
        "square",
    )


def ape_picture(systems: Sequence[ScoredSystem], *, measure: Measure = "error") -> Picture:
    """Draw the probability of error by prior; the scores must be log-likelihood ratios.

    Args:
        systems: The systems.
        measure: "error", or "normalized" by the error of a system that does not listen.

    Returns:
        The picture.
    """
    curves = [ape_curve(one.label, one.target, one.nontarget) for one in systems]
    caption = (
        "Error of decisions at every prior of a target: with the threshold that the prior demands (solid), "
        "with the best one for these trials (dotted), and without listening (dashed). What lies between "
        "solid and dotted is lost by calibration."
    )
    alt = "Error by prior: " + "; ".join(f"{curve.label}, Cllr {curve.cllr:.3f}" for curve in curves)
    return Picture(
        "ape",
        "Applied probability of error",
        caption,
        alt,
        ape_plotly(curves, measure=measure),
        ape_matplotlib(curves, measure=measure),
        "wide",
    )
