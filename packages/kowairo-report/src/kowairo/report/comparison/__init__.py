"""Several runs in one table, with paired significance: read, compute, write, check."""

from .check import check_comparison as check_comparison
from .formats import FORMATS as FORMATS
from .formats import comparison_csv as comparison_csv
from .formats import comparison_latex as comparison_latex
from .formats import comparison_markdown as comparison_markdown
from .formats import write_comparison as write_comparison
from .runs import Run as Run
from .runs import ScoreFile as ScoreFile
from .runs import read_runs as read_runs
from .table import ComparedRow as ComparedRow
from .table import ComparisonTable as ComparisonTable
from .table import compare_runs as compare_runs

__all__ = [
    "FORMATS",
    "ComparedRow",
    "ComparisonTable",
    "Run",
    "ScoreFile",
    "check_comparison",
    "compare_runs",
    "comparison_csv",
    "comparison_latex",
    "comparison_markdown",
    "read_runs",
    "write_comparison",
]
