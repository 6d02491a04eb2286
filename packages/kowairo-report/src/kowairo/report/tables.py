"""Tables of results: plain text for a terminal, Markdown for RESULTS.md, HTML for the page."""

import html
import unicodedata
from collections.abc import Sequence

from .names import condition_label, normalization_label, set_label, system_label, trials_label
from .results import Estimate, Result

_HEADERS = (
    "system",
    "normalisation",
    "set",
    "trials",
    "EER % [95 % CI]",
    "minDCF 0.01",
    "minDCF 0.05",
    "pairs",
)


def percent(estimate: Estimate) -> str:
    """Write a fraction and its interval in per cent, e.g. "8.12 [6.90, 9.41]"."""
    return _with_interval(estimate, scale=100.0, digits=2)


def cost(estimate: Estimate | None) -> str:
    """Write a detection cost and its interval, e.g. "0.531 [0.480, 0.602]"; "" if None."""
    return "" if estimate is None else _with_interval(estimate, scale=1.0, digits=3)


def _with_interval(estimate: Estimate, *, scale: float, digits: int) -> str:
    text = f"{estimate.value * scale:.{digits}f}"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{estimate.low * scale:.{digits}f}, {estimate.high * scale:.{digits}f}]"


def _cells(row: Result) -> tuple[str, ...]:
    trials = trials_label(row.trials)
    if not row.is_overall:
        trials += f", {condition_label(row.condition)}"
    return (
        system_label(row.system),
        normalization_label(row.normalization),
        row.set_name,
        trials,
        percent(row.eer),
        cost(row.min_dcf.get(0.01)),
        cost(row.min_dcf.get(0.05)),
        f"{row.num_target + row.num_nontarget:,}",
    )


def format_results_table(rows: Sequence[Result]) -> str:
    """Format result rows for a terminal.

    Args:
        rows: Result rows, shown in the given order.

    Returns:
        A header, a rule and a line per row, columns aligned (wide East Asian
        characters count double); warnings follow as notes. No final newline.

    Example:
        >>> format_results_table([]).splitlines()[0].split()[:2]
        ['system', 'normalisation']
    """
    body = [_cells(row) for row in rows]
    widths = [max(_width(line[i]) for line in [_HEADERS, *body]) for i in range(len(_HEADERS))]
    lines = [_aligned(_HEADERS, widths), "  ".join("-" * width for width in widths)]
    lines += [_aligned(cells, widths) for cells in body]
    notes = dict.fromkeys(note for row in rows for note in (row.warning, row.overlap) if note)
    return "\n".join([*lines, *(f"note: {note}" for note in notes)])


def markdown_results_table(rows: Sequence[Result]) -> str:
    """Format result rows as a Markdown table.

    Args:
        rows: Result rows, shown in the given order.

    Returns:
        The table, without a final newline; "|" in names is escaped.
    """
    lines = ["| " + " | ".join(_HEADERS) + " |", "| " + " | ".join(["---"] * 4 + ["---:"] * 4) + " |"]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(row)) + " |")
    return "\n".join(lines)


def html_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str, numeric: int = 0
) -> str:
    """Build a table that scrolls inside its own box.

    Args:
        headers: Column titles, plain text.
        rows: Cells as HTML: whoever fills them escapes what users supplied.
        caption: What the table holds, plain text.
        numeric: How many of the last columns hold numbers (right-aligned).

    Returns:
        HTML.
    """
    first_numeric = len(headers) - numeric
    head = "".join(
        f'<th scope="col"{_numeric_class(i >= first_numeric)}>{html.escape(header)}</th>'
        for i, header in enumerate(headers)
    )
    body = "".join(_html_row(row, first_numeric) for row in rows)
    # A box that scrolls must be reachable from the keyboard, and then needs a name.
    return (
        f'<div class="table-box" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _html_row(cells: Sequence[str], first_numeric: int) -> str:
    first = f'<th scope="row">{cells[0]}</th>'
    rest = (
        f"<td{_numeric_class(i >= first_numeric)}>{cell}</td>" for i, cell in enumerate(cells[1:], start=1)
    )
    return f"<tr>{first}{''.join(rest)}</tr>"


def _numeric_class(is_numeric: bool) -> str:
    return ' class="number"' if is_numeric else ""


def interval_bar(estimate: Estimate, *, scale_max: float) -> str:
    """Draw a value and its interval as a small picture for a table cell.

    Args:
        estimate: Value and interval, 0..scale_max.
        scale_max: Value at the right edge; the same for all rows of a column.

    Returns:
        An inline SVG, hidden from screen readers (the numbers stand beside it).
    """

    def position(value: float) -> str:
        return f"{4 + 92 * min(max(value / scale_max, 0.0), 1.0):.1f}" if scale_max > 0 else "4"

    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return (
        '<svg class="interval" viewBox="0 0 100 12" aria-hidden="true">'
        '<line class="track" x1="4" x2="96" y1="6" y2="6"/>'
        f'<line class="range" x1="{position(low)}" x2="{position(high)}" y1="6" y2="6"/>'
        f'<circle cx="{position(estimate.value)}" cy="6" r="3.5"/></svg>'
    )


def results_html(rows: Sequence[Result], *, caption: str) -> str:
    """Build the HTML table of results, with a small interval picture per row.

    The column of conditions is there only if the rows differ in it.
    """
    highest = max((row.eer.high or row.eer.value for row in rows), default=1.0)
    by_condition = any(not row.is_overall for row in rows)
    headers = ["System", "Normalisation", *(["Condition"] if by_condition else []), "EER %", ""]
    headers += ["minDCF 0.01", "minDCF 0.05", "Pairs"]
    body = []
    for row in rows:
        note = _note("few data", row.warning) + _note("trained on", row.overlap)
        body.append(
            [
                html.escape(system_label(row.system)),
                html.escape(normalization_label(row.normalization)) + note,
                *([html.escape(condition_label(row.condition))] if by_condition else []),
                _soft_interval(percent(row.eer)),
                interval_bar(row.eer, scale_max=highest),
                _soft_interval(cost(row.min_dcf.get(0.01))),
                _soft_interval(cost(row.min_dcf.get(0.05))),
                f"{row.num_target + row.num_nontarget:,}",
            ]
        )
    return html_table(headers, body, caption=caption, numeric=5)


def _note(label: str, text: str) -> str:
    return f' <span class="note" title="{html.escape(text)}">{label}</span>' if text else ""


def trials_html(rows: Sequence[Result], *, caption: str) -> str:
    """Build a table of EERs: a row per system and normalisation, a column per trial list."""
    columns = list(dict.fromkeys((row.set_name, row.trials) for row in rows))
    lines = list(dict.fromkeys((row.system, row.normalization) for row in rows))
    cells = {(row.system, row.normalization, row.set_name, row.trials): percent(row.eer) for row in rows}
    headers = ["System", "Normalisation", *(f"{trials_label(t)} ({s})" for s, t in columns)]
    body = [
        [
            html.escape(system_label(system)),
            html.escape(normalization_label(norm)),
            *(_soft_interval(cells.get((system, norm, *column), "–")) for column in columns),
        ]
        for system, norm in lines
    ]
    sets = "; ".join(f"{name}: {set_label(name)}" for name in dict.fromkeys(s for s, _ in columns))
    return html_table(headers, body, caption=f"{caption} ({sets})", numeric=len(columns))


def _soft_interval(text: str) -> str:
    value, bracket, interval = text.partition(" [")
    return f'{value} <span class="soft">[{interval}</span>' if bracket else value


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
