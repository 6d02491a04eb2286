"""DET curves, score histograms and calibration of the headline trials."""

import html

import plotly.graph_objects as go
from matplotlib.figure import Figure

from ..experiment import Experiment, ScoredTrials
from ..figures.det import DetCurve, det_curve, det_matplotlib, det_plotly
from ..figures.det_band import det_band
from ..figures.histogram import ScoreHistogram, histogram_matplotlib, histogram_plotly, score_histogram
from ..pictures import pictures_section
from ..plots import ape_picture, reliability_picture, tippett_picture
from .section import Section, figure_box

_MAX_HISTOGRAMS = 3


def scores_section(experiment: Experiment) -> Section | None:
    """Draw DET curves and histograms of the headline trials; None without scores."""
    # Likelihood ratios have the curve of the scores that they were made of; their section shows the rest.
    scores = [scored for scored in experiment.scores if not scored.is_ratio]
    if not scores:
        return None
    main = experiment.main_system
    ordered = sorted(scores, key=lambda s: (not s.is_plain, s.system != main, "+" in s.system))
    # Normalisations of nets and baseline would crowd the picture; their figures are in the tables.
    drawn = [scored for scored in ordered if scored.is_plain or scored.system == main]
    curves = [_det_curve(scored, with_band=scored is drawn[0]) for scored in drawn]
    histograms = [
        score_histogram(s.scored.label, s.scored.target, s.scored.nontarget)
        for s in ordered
        if "+" not in s.system
    ][:_MAX_HISTOGRAMS]
    alt = "DET curves: " + "; ".join(f"{curve.label}, EER {curve.eer:.1%}" for curve in curves)
    hint = (
        "Misses against false alarms of the headline trials; nearer to the lower left corner is better. "
        "Marks: ● minDCF 0.01, ■ minDCF 0.05. Thin lines: fewer than 30 errors of one kind were seen."
    )
    if curves[0].band is not None:
        whose = html.escape(curves[0].label)
        hint += f" Shaded: 95 % of the curves of {whose} when speakers are drawn anew."
    if not all(curve.shown for curve in curves):
        hint += " Names in grey appear at a click."
    body = figure_box("det", caption=hint, alt=alt, shape="det")
    body += (
        "<h3>Score histograms</h3><p>How far the scores of same-character pairs stand above the others. The "
        "thresholds are those of these very trials; an application sets its own on other speakers.</p>"
        f'<div class="figures">{"".join(_histogram_box(*one) for one in enumerate(histograms))}</div>'
    )
    plots: dict[str, go.Figure] = {"det": det_plotly(curves)}
    plots |= {f"histogram{number}": histogram_plotly(one) for number, one in enumerate(histograms)}
    images: dict[str, Figure] = {"det": det_matplotlib(curves), "histogram": histogram_matplotlib(histograms)}
    return Section("scores", "Scores", body, plots, images)


def _histogram_box(number: int, histogram: ScoreHistogram) -> str:
    text = ", ".join(f"{name} at score {value:.3g}" for name, value in histogram.thresholds.items())
    caption, alt = f"<b>{html.escape(histogram.title)}</b>", f"Score densities of {histogram.title}; {text}"
    return figure_box(f"histogram{number}", caption=caption, alt=alt)


def _det_curve(one: ScoredTrials, *, with_band: bool) -> DetCurve:
    scored, band = one.scored, None
    if with_band and scored.speakers is not None:
        band = det_band(scored.scores, scored.is_target, *scored.speakers)
    shown = "+" not in one.system
    return det_curve(scored.label, scored.target, scored.nontarget, band=band, shown=shown)


def calibration_section(experiment: Experiment) -> Section | None:
    """Show the calibration of the headline trials' likelihood ratios; None without any."""
    systems = [one.scored for one in experiment.scores if one.is_ratio and "+" not in one.system]
    if not systems:
        return None
    pictures = [reliability_picture(systems), ape_picture(systems), tippett_picture(systems)]
    text = "<p>Scores of the headline trials as log-likelihood ratios, calibrated on other speakers.</p>"
    return pictures_section("calibration", "Calibration", text, pictures)
