"""Comparison of enhancers as text."""

from kowairo.scoring import ResultRow

PLAIN = "as they are"
"""Row of the embeddings without an enhancer."""
CEILING = "ceiling"
"""Row of the mean of the speaker's other lines in place of the enrolment line."""

_GAP = "difference (95 % interval)"
_HEAD = f"| enhancer | validation EER % | test EER % | {_GAP} | relative | minDCF 0.05 | difference |"
_NORMED = f" AS-norm: validation EER % | test EER % | {_GAP} | relative |"


def chosen_row(rows: list[ResultRow], headline: str) -> str:
    """The system with the lowest validation EER on the headline list, without normalisation.

    Args:
        rows: All rows.
        headline: List that chooses.
    """
    plain = [row for row in rows if row["normalization"] == "none" and row["trials"] == headline]
    return min(
        (str(row["system"]) for row in plain if row["system"] != CEILING),
        key={str(row["system"]): figure(row, "valid_eer") for row in plain}.__getitem__,
    )


def comparison_markdown(rows: list[ResultRow], best: str) -> str:
    """A table for each list, the system of each row plain and (where there are such rows) with AS-norm.

    Args:
        rows: All rows.
        best: System to mark as chosen.
    """
    lists = dict.fromkeys(str(row["trials"]) for row in rows)
    parts = []
    for name in lists:
        listed = [row for row in rows if row["trials"] == name]
        first = listed[0]
        trials = figure(first, "num_target") + figure(first, "num_nontarget")
        title = f"{name}: {trials:.0f} trials, {figure(first, 'num_speakers'):.0f} speakers\n\n"
        parts.append((title if len(lists) > 1 else "") + _table(listed, best))
    return "\n".join(parts)


def figure(row: ResultRow, name: str) -> float:
    """A number of a row, NaN where it has none."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else float("nan")


def _table(rows: list[ResultRow], best: str) -> str:
    plain = {str(row["system"]): row for row in rows if row["normalization"] == "none"}
    normed = {str(row["system"]): row for row in rows if row["normalization"] == "as"}
    lines = [_HEAD + (_NORMED if normed else "")]
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    for name, row in plain.items():
        mark = " (chosen)" if name == best else ""
        cells = [f"{name}{mark}", *_rates(row), *_gap(row), _plain(row, "min_dcf_0.05"), _dcf_gap(row)]
        if normed:
            cells += [*_rates(normed[name]), *_gap(normed[name])] if name in normed else [""] * 4
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rates(row: ResultRow) -> list[str]:
    return [_plain(row, "valid_eer", 100, 2), _plain(row, "eer", 100, 2)]


def _plain(row: ResultRow, name: str, scale: float = 1, digits: int = 3) -> str:
    value = figure(row, name)
    return "" if value != value else f"{scale * value:.{digits}f}"


def _gap(row: ResultRow) -> list[str]:
    if "difference" not in row:
        return ["", ""]
    middle, low, high = (100 * figure(row, f"difference{end}") for end in ("", "_low", "_high"))
    relative = 100 * figure(row, "relative")
    return [f"{middle:+.2f} [{low:+.2f}, {high:+.2f}]", "" if relative != relative else f"{relative:+.1f} %"]


def _dcf_gap(row: ResultRow) -> str:
    if "min_dcf_0.05_difference" not in row:
        return ""
    middle, low, high = (figure(row, f"min_dcf_0.05_difference{end}") for end in ("", "_low", "_high"))
    return f"{middle:+.3f} [{low:+.3f}, {high:+.3f}]"
