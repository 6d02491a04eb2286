"""A comparison as Markdown, CSV and LaTeX."""

import csv
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from kowairo.core import InputError, atomic_path

from ..names import normalization_label, set_label, system_label, trials_label
from ..results import Estimate
from ..tables import cost, percent
from .table import ComparedRow, ComparisonTable

FORMATS = ("md", "csv", "tex")
"""Endings of the files that a comparison can be written to."""
_MINUS = "−"
_LATEX = {
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    **{character: f"\\{character}" for character in "&%$#_{}"},
    **{_MINUS: "$-$", "–": "--"},
}


def comparison_markdown(table: ComparisonTable) -> str:
    """Write the table for a document: what all rows share stands under it, not in a column.

    Returns:
        A Markdown table and notes, with a final newline.
    """
    headers, body, numeric = _columns(table)
    rule = ["---"] * (len(headers) - numeric - 1) + ["---:"] * numeric + ["---"]
    lines = [_line(headers), _line(rule), *(_line(cells) for cells in body)]
    return "\n".join([*lines, "", *(f"{note}  " for note in _notes(table))]).rstrip() + "\n"


def comparison_latex(table: ComparisonTable) -> str:
    r"""Write the table for a paper; needs `\usepackage{booktabs}`.

    Returns:
        A `table` environment, with a final newline.
    """
    headers, body, numeric = _columns(table)
    shape = "l" * (len(headers) - numeric - 1) + "r" * numeric + "l"
    caption = " ".join(_escaped(note) for note in _notes(table))
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{caption}}}",
        rf"\begin{{tabular}}{{{shape}}}",
        r"\toprule",
        " & ".join(_escaped(header) for header in headers) + r" \\",
        r"\midrule",
        *(" & ".join(_escaped(cell) for cell in cells) + r" \\" for cells in body),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def comparison_csv(table: ComparisonTable, folder: Path) -> str:
    """Write every figure in full precision, with what is needed to compute it again.

    Args:
        table: The comparison.
        folder: Paths are written relative to this folder, so that both can move together.

    Returns:
        CSV with a header; error rates are fractions.
    """
    records = [_record(row, table, folder) for row in table.rows]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


def write_comparison(table: ComparisonTable, stem: Path, *, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the table in several formats.

    Args:
        table: The comparison.
        stem: Path without ending: "out/compare" gives "out/compare.md" ...
        formats: Endings in "md", "csv", "tex".

    Returns:
        The paths.

    Raises:
        InputError: An ending is unknown.
    """
    stem = Path(stem)
    writers: dict[str, Callable[[], str]] = {
        "md": lambda: comparison_markdown(table),
        "csv": lambda: comparison_csv(table, stem.parent),
        "tex": lambda: comparison_latex(table),
    }
    if unknown := [ending for ending in formats if ending not in writers]:
        raise InputError(f"unknown format {unknown[0]!r}: expected {', '.join(FORMATS)}")
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in formats]
    for path, ending in zip(paths, formats, strict=True):
        with atomic_path(path) as partial:
            partial.write_text(writers[ending](), encoding="utf-8", newline="\n")
    return paths


def _columns(table: ComparisonTable) -> tuple[list[str], list[list[str]], int]:
    """Headers, cells and how many columns before the last hold numbers."""
    named: list[tuple[str, Callable[[ComparedRow], str]]] = [("run", lambda row: row.run)]
    named += [(name, label) for name, label in _PROPERTIES if _varies(table, label)]
    figures: list[tuple[str, Callable[[ComparedRow], str]]] = [
        ("EER % [95 % CI]", lambda row: percent(row.eer))
    ]
    figures += [(f"minDCF {prior:g}", _cost_of(prior)) for prior in table.p_targets]
    if any(row.reference for row in table.rows):
        figures.append((f"EER − {table.reference}, points", lambda row: _signed(row.difference)))
        figures.append(("p", lambda row: "–" if row.p_value is None else f"{row.p_value:.3f}"))
    columns = [*named, *figures, ("verdict", _verdict)]
    body = [[cell(row) for _, cell in columns] for row in table.rows]
    return [name for name, _ in columns], body, len(figures)


def _cost_of(prior: float) -> Callable[[ComparedRow], str]:
    return lambda row: cost(row.min_dcf[prior])


def _pairs(row: ComparedRow) -> str:
    return f"{row.num_target:,} + {row.num_nontarget:,}"


_PROPERTIES: tuple[tuple[str, Callable[[ComparedRow], str]], ...] = (
    ("set", lambda row: row.scores.set_name),
    ("trials", lambda row: trials_label(row.scores.trials)),
    ("system", lambda row: system_label(row.scores.system)),
    ("normalisation", lambda row: normalization_label(row.scores.normalization)),
    ("pairs", _pairs),
)


def _varies(table: ComparisonTable, label: Callable[[ComparedRow], str]) -> bool:
    return len({label(row) for row in table.rows}) > 1


def _verdict(row: ComparedRow) -> str:
    return f"{row.verdict}: {row.remark}" if row.verdict == "not paired" else row.verdict


def _signed(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    value, low, high = (
        f"{100 * number:+.2f}".replace("-", _MINUS)
        for number in (estimate.value, estimate.low or 0.0, estimate.high or 0.0)
    )
    return f"{value} [{low}, {high}]"


def _notes(table: ComparisonTable) -> list[str]:
    """What all rows share, how the figures were made, and warnings."""
    first = table.rows[0]
    shared = [f"{name} {label(first)}" for name, label in _PROPERTIES if not _varies(table, label)]
    sets = dict.fromkeys(row.scores.set_name for row in table.rows)
    notes = ["; ".join(f"{name} = {set_label(name)}" for name in sets) + "."]
    if shared:
        notes.insert(0, "In all rows: " + ", ".join(shared) + ".")
    notes.append(
        f"Brackets: 95 % intervals of {table.num_replicates:,} speaker bootstrap replicates, "
        f"seed {table.seed}. minDCF: normalised, by target prior."
    )
    if any(row.difference for row in table.rows):
        notes.append(
            f"Differences to {table.reference} on the same trials with the same drawn speakers; p: "
            "two-sided, of the difference in EER; undecided: the interval holds zero. Each comparison stands "
            "for itself; their number is not corrected for."
        )
    return notes + list(
        dict.fromkeys(
            f"{row.run}: {row.remark}." for row in table.rows if row.remark and row.verdict != "not paired"
        )
    )


def _record(row: ComparedRow, table: ComparisonTable, folder: Path) -> dict[str, str]:
    record = {
        "run": row.run,
        "set": row.scores.set_name,
        "trials": row.scores.trials,
        "system": row.scores.system,
        "normalization": row.scores.normalization,
        "num_target": str(row.num_target),
        "num_nontarget": str(row.num_nontarget),
        "num_speakers": str(row.num_speakers),
        **_figures("eer", row.eer),
    }
    for prior in table.p_targets:
        record |= _figures(f"min_dcf_{prior:g}", row.min_dcf[prior])
    record |= {"reference": row.reference, **_figures("eer_difference", row.difference)}
    record["eer_p_value"] = _digits(row.p_value)
    for prior in table.p_targets:
        record |= _figures(f"min_dcf_{prior:g}_difference", row.min_dcf_difference.get(prior))
        record[f"min_dcf_{prior:g}_p_value"] = _digits(row.min_dcf_p_value.get(prior))
    return record | {
        "verdict": row.verdict,
        "remark": row.remark,
        "num_replicates": str(table.num_replicates),
        "seed": str(table.seed),
        "experiment": _relative(row.folder, folder),
        "scores_file": _relative(row.scores.path, folder),
        "scores_sha256": row.scores_digest,
        "trials_file": _relative(row.trials_file, folder),
        "trials_sha256": row.trials_digest,
    }


def _figures(name: str, estimate: Estimate | None) -> dict[str, str]:
    values = (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
    return dict(zip((name, f"{name}_low", f"{name}_high"), map(_digits, values), strict=True))


def _digits(value: float | None) -> str:
    """Every digit of a number, "" for none."""
    return "" if value is None else repr(float(value))


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
