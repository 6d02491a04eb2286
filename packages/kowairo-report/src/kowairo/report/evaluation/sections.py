"""Sections of the evaluation page: tables, curves and calibration."""

import html
from collections.abc import Sequence
from dataclasses import replace

from kowairo.scoring.calibration import OperatingPoint, OperatingPoints
from kowairo.scoring.metrics import CONVENTIONS, format_by_convention, metrics_by_convention

from ..figures.intervals import IntervalSeries, intervals_matplotlib, intervals_plotly
from ..names import condition_label
from ..pictures import pictures_section
from ..plots import ape_picture, det_picture, reliability_picture, scores_picture, tippett_picture
from ..results import Estimate, Result
from ..sections.headline import overlap_notice
from ..sections.section import Section, figure_box, folded
from ..tables import cost, html_table, interval_bar, percent, results_html
from .folder import Evaluated, Evaluation
from .measures import Measures

_MAX_HISTOGRAMS = 4
_MAX_CURVES = 8


def headline_html(evaluation: Evaluation, measures: Sequence[Measures]) -> str:
    """Say what was evaluated on what, and the first figures."""
    main = measures[evaluation.systems.index(evaluation.main)]
    is_target = evaluation.main.scored.is_target
    speakers = evaluation.main.scored.speakers
    who = f" of {len(set(speakers[0]) | set(speakers[1])):,} speakers" if speakers else ""
    lead = (
        f"{main.label} on {len(is_target):,} trials{who}: {is_target.sum():,} of one speaker, "
        f"{(~is_target).sum():,} of two."
    )
    prior = max(main.min_dcf)
    blocks = [
        _measure_block("EER", f"{main.eer.value:.2%}", _interval_text(main.eer, 100, " %")),
        _measure_block(
            f"minDCF, prior {prior:g}",
            f"{main.min_dcf[prior].value:.3f}",
            _interval_text(main.min_dcf[prior], 1, ""),
        ),
    ]
    if evaluation.main_ratio is not None:
        calibrated = measures[evaluation.systems.index(evaluation.main_ratio)]
        detail = f"{calibrated.label}; {calibrated.min_cllr:.3f} without loss by calibration"
        blocks.append(_measure_block("Cllr, bits", f"{calibrated.cllr:.3f}", detail))
    warnings = dict.fromkeys(one.warning for one in measures if one.warning)
    notes = "".join(f'<p class="notice">{html.escape(warning)}</p>' for warning in warnings)
    overlaps = dict.fromkeys(one.overlap for one in evaluation.systems if one.overlap)
    notes = "".join(map(overlap_notice, overlaps)) + notes
    return f'<p class="lead">{html.escape(lead)}</p><dl class="measures">{"".join(blocks)}</dl>{notes}'


def _measure_block(name: str, value: str, detail: str) -> str:
    return (
        f'<div><dt>{html.escape(name)}</dt><dd class="value">{html.escape(value)}</dd>'
        f'<dd class="detail">{html.escape(detail)}</dd></div>'
    )


def _interval_text(estimate: Estimate, scale: float, unit: str) -> str:
    if estimate.low is None or estimate.high is None:
        return "no interval: speakers unknown"
    digits = 2 if scale > 1 else 3
    return f"95 % interval {estimate.low * scale:.{digits}f} to {estimate.high * scale:.{digits}f}{unit}"


def measures_section(evaluation: Evaluation, measures: Sequence[Measures]) -> Section:
    """Build the table of error rates with paired differences to the headline scores."""
    main = evaluation.main.scored.label
    priors = list(measures[0].min_dcf)
    highest = max(one.eer.high or one.eer.value for one in measures)
    headers = [
        "Scores",
        "EER %",
        "",
        "Difference",
        "",
        *(f"minDCF {p:g}" for p in priors),
    ]
    body = [
        [
            html.escape(one.label),
            _soft(percent(one.eer)),
            interval_bar(one.eer, scale_max=highest),
            _soft(percent(one.difference).replace("-", "−")) if one.difference else "–",
            _verdict(one.difference),
            *(_soft(cost(one.min_dcf[p])) for p in priors),
        ]
        for one in measures
    ]
    text = (
        "<p>EER: share of wrong decisions at the threshold where misses and false alarms are equal. minDCF: "
        "least normalised cost at that prior of a target. Brackets: 95 % intervals by resampling speakers. "
        f"Differences are in points, paired, to {html.escape(main)}; a gain counts where its interval "
        "excludes zero.</p>"
    )
    caption = f"Error rates, {evaluation.set_name}, {evaluation.trials_name}"
    return Section(
        "results", "Results", text + html_table(headers, body, caption=caption, numeric=len(headers) - 1)
    )


def _verdict(difference: Estimate | None) -> str:
    if difference is None or difference.low is None or difference.high is None:
        return ""
    if difference.low <= 0 <= difference.high:
        return "undecided"
    return "better" if difference.value < 0 else "worse"


def _soft(text: str) -> str:
    value, bracket, interval = text.partition(" [")
    return f'{value} <span class="soft">[{interval}</span>' if bracket else value


def curves_section(evaluation: Evaluation, *, num_replicates: int, seed: int) -> Section:
    """Draw DET curves, the first with its band, and score histograms."""
    # A calibrated system's curve is that of its scores: drawn only where these are not there.
    drawn = [one for one in evaluation.systems if not one.is_ratio] or list(evaluation.systems)
    first, *rest = (one.scored for one in drawn[:_MAX_CURVES])
    curves = det_picture(
        [first, *(replace(one, speakers=None) for one in rest)], num_replicates=num_replicates, seed=seed
    )
    histograms = scores_picture([one.scored for one in drawn[:_MAX_HISTOGRAMS]])
    return pictures_section("curves", "Curves", "", [curves, histograms])


def calibration_section(evaluation: Evaluation, measures: Sequence[Measures]) -> Section | None:
    """Show how well likelihood ratios are calibrated; None without any."""
    ratios = evaluation.ratios
    if not ratios:
        return None
    systems = [one.scored for one in ratios[:_MAX_CURVES]]
    pictures = [reliability_picture(systems), ape_picture(systems), tippett_picture(systems)]
    shown = [one for one in measures if one.cllr is not None]
    priors = list(shown[0].act_dcf)
    headers = ["Scores", "Cllr", "min Cllr", *(h for p in priors for h in (f"actDCF {p:g}", f"minDCF {p:g}"))]
    body = [
        [
            html.escape(one.label),
            f"{one.cllr:.4f}",
            f"{one.min_cllr:.4f}",
            *(text for p in priors for text in (f"{one.act_dcf[p]:.3f}", f"{one.min_dcf[p].value:.3f}")),
        ]
        for one in shown
    ]
    text = (
        "<p>Scores as log-likelihood ratios. Cllr: their cost over all priors in bits, 1 for a system that "
        "says nothing; min Cllr: what remains after the best monotone map of these trials. actDCF: cost of "
        "the decision that the prior demands; what it exceeds minDCF by is lost by calibration.</p>"
    )
    table = html_table(headers, body, caption="Loss by calibration", numeric=len(headers) - 1)
    return pictures_section("calibration", "Calibration", text + table, pictures)


def operating_points_section(evaluation: Evaluation) -> Section | None:
    """List stored operating points, and what their thresholds do on these trials; None without any."""
    if not evaluation.operating_points:
        return None
    by_name = {f"{one.file.system}.{one.file.normalization}": one for one in evaluation.systems}
    parts = [
        _points_table(name, points, by_name.get(name)) for name, points in evaluation.operating_points.items()
    ]
    text = (
        "<p>Thresholds that were chosen on other trials, with the error rates seen there, and how often they "
        "err here. A point is stored only where at least 30 errors were seen.</p>"
    )
    return Section("points", "Operating points", text + "".join(parts))


def _points_table(name: str, points: OperatingPoints, here: Evaluated | None) -> str:
    headers = ["Point", "Chosen on", "Threshold", "FAR there %", "FRR there %"]
    headers += ["FAR here %", "FRR here %"] if here else []
    body = [
        [
            html.escape(_point_label(point.name)),
            html.escape(point.trials),
            f"{point.threshold:.4g}",
            *(_soft(percent(Estimate(rate.value, rate.low, rate.high))) for rate in (point.far, point.frr)),
            *(_rates_here(point, here) if here else []),
        ]
        for point in points.points.values()
    ]
    missing = "".join(
        f"<li>{html.escape(_point_label(point))}: {html.escape(reason)}</li>"
        for point, reason in points.unsupported.items()
    )
    caption = here.scored.label if here else name
    table = html_table(headers, body, caption=caption, numeric=len(headers) - 2) if body else ""
    return table + (f"<ul>{missing}</ul>" if missing else "")


def _rates_here(point: OperatingPoint, here: Evaluated) -> list[str]:
    false_alarms = int((here.scored.nontarget >= point.threshold).sum())
    misses = int((here.scored.target < point.threshold).sum())
    counts = ((false_alarms, here.scored.nontarget.size), (misses, here.scored.target.size))
    return [f'{100 * n / of:.2f} <span class="soft">{n:,} of {of:,}</span>' for n, of in counts]


def _point_label(name: str) -> str:
    """Name of an operating point, e.g. "far_0.01" as "FAR 1 %"."""
    kind, _, value = name.rpartition("_")
    if kind == "far":
        return f"FAR {100 * float(value):g} %"
    return {"eer": "EER", "min_dcf": f"minDCF {value}"}.get(kind or name, name)


def conditions_section(evaluation: Evaluation) -> Section | None:
    """Compare the error rates by condition from the stored results; None without conditions."""
    main = evaluation.main.file
    rows = [row for row in evaluation.rows if row.system == main.system]
    rows = [row for row in rows if row.normalization == main.normalization]
    if all(row.is_overall for row in rows):
        return None
    series = [IntervalSeries(evaluation.main.scored.label, tuple(_condition(row) for row in rows))]
    alt = ", ".join(f"{label} {value.value:.1%}" for label, value in series[0].values)
    box = figure_box("conditions", caption="EER and its 95 % interval by condition", alt=alt)
    table = folded("The same as a table", results_html(rows, caption="Trials by condition"))
    return Section(
        "conditions",
        "Where it is hard",
        box + table,
        {"conditions": intervals_plotly(series)},
        {"conditions": intervals_matplotlib(series)},
    )


def _condition(row: Result) -> tuple[str, Estimate]:
    return condition_label(row.condition), row.eer


def conventions_section(evaluation: Evaluation) -> Section:
    """Print the headline scores as other toolkits would."""
    scored = evaluation.main.scored
    rows = []
    for name, convention in CONVENTIONS.items():
        figures = metrics_by_convention(scored.target, scored.nontarget, name)
        printed = html.escape(format_by_convention(figures, name)).replace("\n", "<br>")
        rows.append([html.escape(name), printed, html.escape(f"{convention.eer_rule}, {convention.scale}")])
    text = (
        f"<p>{html.escape(scored.label)} as other toolkits print it, for comparison with their tables. "
        "The rules differ in how they read the EER off, in the prior, and in whether minDCF is divided by "
        "the cost of a system that does not listen.</p>"
    )
    table = html_table(
        ["Toolkit", "Prints", "Rule of EER, scale of minDCF"],
        rows,
        caption="The same scores in other dialects",
    )
    return Section("dialects", "In other toolkits' terms", text + table)
