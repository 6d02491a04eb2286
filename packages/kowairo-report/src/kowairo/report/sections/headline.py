"""The first thing that the page says."""

import html

from ..experiment import Experiment
from ..names import normalization_label, system_label
from ..results import BASELINE, Comparison, Estimate, Result

SYNTHETIC_NOTE = (
    "All voices of this corpus derive from one synthetic voice. Its figures show that the pipeline works, "
    "and nothing about real voices."
)


def headline_html(experiment: Experiment) -> str:
    """Say what was trained and how well it tells unseen characters apart.

    Args:
        experiment: The experiment.

    Returns:
        HTML; shorter where results are missing.
    """
    parts = [_lead(experiment)]
    if experiment.is_synthetic:
        parts.append(f'<p class="notice">{SYNTHETIC_NOTE}</p>')
    main, baseline = experiment.headline(experiment.main_system), experiment.headline(BASELINE)
    parts += [overlap_notice(row.overlap) for row in (main, baseline) if row and row.overlap]
    comparison = _headline_comparison(experiment)
    blocks = [_measure(f"{system_label(row.system)}, EER", row.eer, row) for row in (main, baseline) if row]
    if comparison:
        blocks.append(_difference(comparison))
    if blocks:
        parts.append(f'<dl class="measures">{"".join(blocks)}</dl>')
    warnings = dict.fromkeys(row.warning for row in (main, baseline) if row and row.warning)
    parts += [f'<p class="soft">{html.escape(warning)}</p>' for warning in warnings]
    return "".join(parts)


def overlap_notice(overlap: str) -> str:
    """Say that a figure was measured on voices of the encoder's training.

    Args:
        overlap: How much of the trials is.

    Returns:
        HTML.
    """
    return f'<p class="notice">Not a figure of new voices: {html.escape(overlap)}.</p>'


def _lead(experiment: Experiment) -> str:
    train, test = experiment.corpora.get("train"), experiment.test
    sentence = f"{system_label(experiment.main_system)} "
    if train:
        sentence += f"was trained on {len(train.audio):,} lines of {len(train.speakers):,} characters"
    if train and test:
        sentence += " and "
    if test:
        sentence += f"was asked to tell apart {len(test.speakers):,} characters it had never heard"
    known = train or test
    return f'<p class="lead">{html.escape(sentence)}.</p>' if known else ""


def _headline_comparison(experiment: Experiment) -> Comparison | None:
    row = experiment.headline(experiment.main_system)
    if row is None:
        return None
    key = (row.system, BASELINE, row.set_name, row.trials, row.normalization)
    found = (
        c
        for c in experiment.comparisons
        if key == (c.system, c.reference, c.set_name, c.trials, c.normalization)
    )
    return next(found, None)


def _measure(name: str, estimate: Estimate, row: Result) -> str:
    norm = "" if row.is_plain else f", {normalization_label(row.normalization)}"
    return _block(
        name,
        f"{estimate.value:.1%}",
        f"{_interval(estimate)}{row.num_target + row.num_nontarget:,} pairs{norm}",
    )


def _difference(comparison: Comparison) -> str:
    relative = comparison.difference.value / comparison.reference_eer if comparison.reference_eer else 0.0
    verdict = "the interval excludes zero" if comparison.is_decided else "the interval includes zero"
    return _block(
        f"Paired difference, {relative:+.0%} relative".replace("-", "−"),
        f"{comparison.difference.value * 100:+.1f} points".replace("-", "−"),
        f"{_interval(comparison.difference, unit='')}{verdict}",
    )


def _interval(estimate: Estimate, *, unit: str = " %") -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"95 % interval {estimate.low * 100:.1f} to {estimate.high * 100:.1f}{unit}; ".replace("-", "−")


def _block(name: str, value: str, detail: str) -> str:
    return (
        f'<div><dt>{html.escape(name)}</dt><dd class="value">{html.escape(value)}</dd>'
        f'<dd class="detail">{html.escape(detail)}</dd></div>'
    )
