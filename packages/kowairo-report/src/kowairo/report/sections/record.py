"""How the run went: training curves, what went in and what was dropped, cost and provenance."""

import html
from collections.abc import Sequence

from ..corpus_record import DropSummary, set_size
from ..experiment import Experiment
from ..figures.training import drawn_panels, training_matplotlib, training_plotly
from ..names import set_label
from ..stage_record import StageRecord
from ..tables import html_table
from .section import Section, facts_list, figure_box, folded

_MAX_DROPPED = 300
_MAX_CONFUSIONS = 25
_LONG_FACT = 80


def training_section(experiment: Experiment) -> Section | None:
    """Draw the training curves; None without a log."""
    log = experiment.training
    panels = drawn_panels(log) if log else []
    if log is None or not panels:
        return None
    boxes, plots = "", {}
    for number, panel in enumerate(panels):
        name = f"training{number}"
        plots[name] = training_plotly(log, panel)
        alt = f"{panel.title} over {log.step[-1]:.0f} optimiser steps in {len(log.stages)} stages"
        boxes += figure_box(name, caption=f"<b>{html.escape(panel.title)}</b>", alt=alt)
    stages = ", ".join(f"{number}: {name}" for number, (name, _) in enumerate(log.stages, start=1))
    intro = (
        f"<p>Stages, divided by dotted lines: {html.escape(stages)}. "
        "Checkpoints were chosen by the validation EER.</p>"
    )
    body = f'{intro}<div class="figures">{boxes}</div>{_merging(experiment)}'
    return Section("training", "Training", body, plots, {"training": training_matplotlib(log)})


def _merging(experiment: Experiment) -> str:
    body = ""
    if experiment.merged:
        rows = [(html.escape(old), html.escape(new)) for old, new in sorted(experiment.merged.items())]
        body += html_table(("Character", "Merged into"), rows, caption="Training characters found to be one")
    if len(experiment.confusion) > 1:
        header, *lines = experiment.confusion
        rows_ = [tuple(html.escape(cell) for cell in line) for line in lines[:_MAX_CONFUSIONS]]
        body += folded(
            "Training characters that the encoder took for one another",
            html_table(
                [name.replace("_", " ") for name in header],
                rows_,
                caption="Most confused training characters",
            ),
        )
    return f"<h3>Merged characters</h3>{body}" if body else ""


def data_section(experiment: Experiment) -> Section | None:
    """Say what went in and what was dropped; None when neither is known."""
    if not experiment.corpora and experiment.drops is None:
        return None
    rows = []
    for size in (set_size(name, corpus) for name, corpus in experiment.corpora.items()):
        duration = "–" if size.seconds is None else f"{size.seconds / 3600:.2f} h"
        actors = "–" if size.actors is None else f"{size.actors:,}"
        label = f"{html.escape(size.name)} <span class='soft'>{html.escape(set_label(size.name))}</span>"
        rows.append((label, f"{size.lines:,}", f"{size.characters:,}", actors, duration))
    headers = ("Set", "Lines", "Characters", "Actors", "Duration")
    body = html_table(headers, rows, caption="What went in", numeric=4) if rows else ""
    return Section("data", "Data", body + (_dropped(experiment.drops) if experiment.drops else ""))


def _dropped(drops: DropSummary) -> str:
    total = sum(drops.counts.values())
    body = f"<h3>What was dropped</h3><p>{drops.kept:,} lines were kept, {total:,} dropped.</p>"
    if not total:
        return body
    counts = sorted(drops.counts.items(), key=lambda item: -item[1])
    rows = [(html.escape(reason.replace("_", " ")), f"{count:,}") for reason, count in counts]
    body += html_table(("Reason", "Files"), rows, caption="Dropped files by reason", numeric=1)
    if drops.lines:
        shown = drops.lines[:_MAX_DROPPED]
        files = [
            tuple(
                html.escape(cell)
                for cell in (line.utt or line.path, line.reason.replace("_", " "), line.detail, line.path)
            )
            for line in shown
        ]
        more = f" (the first {len(shown)} of {len(drops.lines):,})" if len(shown) < len(drops.lines) else ""
        table = html_table(("Line", "Reason", "Detail", "File"), files, caption=f"Dropped files{more}")
        body += folded("Every dropped file", table)
    return body


def provenance_section(experiment: Experiment) -> Section | None:
    """Say what it cost and where it comes from; None without stage records and settings."""
    stages = experiment.stages
    if not stages and not experiment.configs:
        return None
    facts = {name: value for stage in stages for name, value in stage.facts.items()}
    short = {name: value for name, value in facts.items() if len(value) <= _LONG_FACT and "\n" not in value}
    long = {
        f"Stage {stage.stage}: {name}": value
        for stage in stages
        for name, value in stage.facts.items()
        if name not in short
    }
    long.update({f"Training stage {name}": text for name, text in experiment.configs.items()})
    listing = "".join(
        f"<h3>{html.escape(name)}</h3><pre>{html.escape(value)}</pre>" for name, value in long.items()
    )
    body = facts_list(short) + stages_html(stages)
    return Section(
        "provenance", "Provenance", body + (folded("Settings of each stage", listing) if listing else "")
    )


def stages_html(stages: Sequence[StageRecord]) -> str:
    """Return what each stage cost, for pages without settings to show; "" without records."""
    return _cost_table(stages) if stages else ""


def _cost_table(stages: Sequence[StageRecord]) -> str:
    rows = [
        (
            html.escape(stage.stage),
            html.escape(stage.name),
            _duration(stage.wall_s),
            _duration(stage.cpu_s),
            "–" if stage.peak_memory_mb is None else f"{stage.peak_memory_mb:,.0f} MB",
        )
        for stage in stages
    ]
    wall_s = sum(stage.wall_s or 0.0 for stage in stages)
    cpu_s = sum(stage.cpu_s or 0.0 for stage in stages)
    peak = max((stage.peak_memory_mb or 0.0 for stage in stages), default=0.0)
    rows.append(("all", "", _duration(wall_s), _duration(cpu_s), f"{peak:,.0f} MB" if peak else "–"))
    headers = ("Stage", "What", "Elapsed", "CPU", "Memory")
    return html_table(headers, rows, caption="Cost of each stage", numeric=3)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
