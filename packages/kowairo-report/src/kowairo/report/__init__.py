"""Figures, comparisons and the HTML pages of kowairo.

Pictures of scores are in `kowairo.report.plots` and written by
`kowairo.report.pictures`, the figures that they are made of are in
`kowairo.report.figures`, several runs in one table in
`kowairo.report.comparison`, the evaluation page in
`kowairo.report.evaluation`. Pages are imported when they are asked for, so
that tables for the terminal stay quick.
"""

from pathlib import Path

from .results import Comparison as Comparison
from .results import Estimate as Estimate
from .results import Result as Result
from .results import read_results as read_results
from .tables import format_results_table as format_results_table
from .tables import markdown_results_table as markdown_results_table

__all__ = [
    "Comparison",
    "Estimate",
    "Result",
    "format_results_table",
    "make_report",
    "markdown_results_table",
    "read_results",
]


def make_report(exp: Path, out: Path, *, title: str, max_clips: int = 300, seed: int = 0) -> Path:
    """Write the report of an experiment: see `kowairo.report.page.make_report`.

    Args:
        exp: Experiment folder.
        out: Folder to write `report.html` and the PNGs to; made if missing.
        title: Heading of the page.
        max_clips: Number of audio clips at most.
        seed: Seed of the map and of the choice of lines and clips.

    Returns:
        Path of the page.

    Raises:
        InputError: The experiment folder is missing, or a file in it is broken.
    """
    # Plotly, matplotlib and scikit-learn take over a second to import.
    from .page import make_report as write_report

    return write_report(exp, out, title=title, max_clips=max_clips, seed=seed)
