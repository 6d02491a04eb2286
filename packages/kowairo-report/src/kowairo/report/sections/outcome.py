"""Results in tables: trial lists, conditions, enhancement."""

import html
from dataclasses import replace

from ..experiment import Experiment
from ..figures.intervals import IntervalSeries, intervals_matplotlib, intervals_plotly
from ..names import condition_label, is_ratio, normalization_label, set_label, system_label, trials_label
from ..results import (
    BASELINE,
    HEADLINE_SET,
    HEADLINE_TRIALS,
    NOISY_SET,
    PLAIN_NORMALIZATIONS,
    Comparison,
    Result,
)
from ..tables import html_table, percent, results_html, trials_html
from .section import Section, figure_box, folded


def results_section(experiment: Experiment) -> Section | None:
    """Build the tables of error rates; None without results."""
    rows = [row for row in experiment.rows if row.is_overall and "+" not in row.system]
    # Calibration keeps the order of the trials, so these figures would only be said twice.
    rows = [row for row in rows if not is_ratio(row.normalization)]
    if not rows:
        return None
    headline = [row for row in rows if row.is_headline]
    body = (
        "<p>EER: share of wrong decisions at the threshold where misses and false alarms are equal. minDCF: "
        "least detection cost at a target prior of 1 % and 5 %. Brackets: 95 % intervals by "
        "resampling speakers.</p>"
    )
    if headline:
        body += results_html(headline, caption=f"Headline trials: {set_label(HEADLINE_SET)}")
    if len(rows) > len(headline):
        body += trials_html(rows, caption="EER % on every trial list")
    parts = list(dict.fromkeys((row.set_name, row.trials) for row in rows))
    tables = "".join(
        results_html(
            [row for row in rows if (row.set_name, row.trials) == part],
            caption=f"{trials_label(part[1])}: {set_label(part[0])}",
        )
        for part in parts
        if part != (HEADLINE_SET, HEADLINE_TRIALS)
    )
    return Section(
        "results",
        "Results",
        body + (folded("All figures of the other trial lists", tables) if tables else ""),
    )


def conditions_section(experiment: Experiment) -> Section | None:
    """Compare the error rates by condition; None without conditions."""
    systems = {experiment.main_system, BASELINE}
    plain = [row for row in experiment.rows if row.system in systems and row.is_plain]
    plain = [row for row in plain if row.trials == HEADLINE_TRIALS]
    rows = [row for row in plain if row.set_name == HEADLINE_SET]
    rows += [replace(row, condition="noisy") for row in plain if row.set_name == NOISY_SET and row.is_overall]
    if all(row.is_overall for row in rows):
        return None
    series = [
        _series(system_label(name), [row for row in rows if row.system == name]) for name in _systems(rows)
    ]
    alt = "; ".join(
        f"{one.name}: " + ", ".join(f"{k} {v.value:.1%}" for k, v in one.values) for one in series
    )
    box = figure_box("conditions", caption="EER and its 95 % interval, without normalisation", alt=alt)
    table = folded("The same as a table", results_html(rows, caption="Headline trials by condition"))
    return Section(
        "conditions",
        "Where it is hard",
        box + table,
        {"conditions": intervals_plotly(series)},
        {"conditions": intervals_matplotlib(series)},
    )


def enhancement_section(experiment: Experiment) -> Section | None:
    """Show each enhancement net before and after; None without nets."""
    main = experiment.main_system
    nets = [
        row
        for row in experiment.rows
        if "+" in row.system and row.is_overall and row.set_name == HEADLINE_SET
    ]
    if not nets:
        return None
    keys = list(dict.fromkeys((row.trials, row.normalization) for row in nets))
    before = [
        row
        for row in experiment.rows
        if row.system == main and row.set_name == HEADLINE_SET and row.is_overall
    ]
    before = [row for row in before if (row.trials, row.normalization) in keys]
    headline = [row for row in (*before, *nets) if row.trials == HEADLINE_TRIALS and row.is_plain] or [
        *before,
        *nets,
    ]
    series = [IntervalSeries("EER", tuple((_net_label(row), row.eer) for row in headline))]
    alt = ", ".join(f"{label} {value.value:.1%}" for label, value in series[0].values)
    body = (
        "<p>Small nets on the frozen embeddings, trained towards the mean of each training character, tried "
        "on characters they never saw.</p>"
        + figure_box("enhancement", caption="EER and its 95 % interval before and after", alt=alt)
        + _comparison_table([c for c in experiment.comparisons if "+" in c.system and c.reference == main])
        + folded("All figures", results_html([*before, *nets], caption="Before and after, every trial list"))
    )
    return Section(
        "enhancement",
        "Enhancement nets",
        body,
        {"enhancement": intervals_plotly(series)},
        {"enhancement": intervals_matplotlib(series)},
    )


def _comparison_table(comparisons: list[Comparison]) -> str:
    if not comparisons:
        return ""
    rows = [
        (
            html.escape(system_label(c.system)),
            html.escape(system_label(c.reference)),
            html.escape(_trials_of(c)),
            f"{c.reference_eer:.2%}",
            f"{c.eer:.2%}",
            percent(c.difference).replace("-", "−"),
            ("better" if c.difference.value < 0 else "worse") if c.is_decided else "undecided",
        )
        for c in comparisons
    ]
    headers = ("After", "Before", "Trials", "EER before", "EER after", "Difference, points", "Verdict")
    return html_table(
        headers, rows, caption="Paired differences; undecided: the interval holds zero", numeric=4
    )


def _trials_of(comparison: Comparison) -> str:
    trials = trials_label(comparison.trials)
    norm = comparison.normalization
    return trials if norm in PLAIN_NORMALIZATIONS else f"{trials}, {normalization_label(norm)}"


def _series(name: str, rows: list[Result]) -> IntervalSeries:
    return IntervalSeries(name, tuple((condition_label(row.condition), row.eer) for row in rows))


def _systems(rows: list[Result]) -> list[str]:
    return list(dict.fromkeys(row.system for row in sorted(rows, key=lambda row: row.system == BASELINE)))


def _net_label(row: Result) -> str:
    extra = [] if row.trials == HEADLINE_TRIALS else [trials_label(row.trials)]
    extra += [] if row.is_plain else [normalization_label(row.normalization)]
    name = row.system.partition("+")[2] or "before"
    return ", ".join([name, *extra])
