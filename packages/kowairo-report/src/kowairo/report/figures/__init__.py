"""Figures for use alone: each kind computes its numbers once and draws them for the page and for a PNG."""

from .confusion import ConfusablePair as ConfusablePair
from .confusion import Similarity as Similarity
from .confusion import confusable_pairs as confusable_pairs
from .confusion import similarity_matplotlib as similarity_matplotlib
from .confusion import similarity_matrix as similarity_matrix
from .confusion import similarity_plotly as similarity_plotly
from .det import DetCurve as DetCurve
from .det import det_curve as det_curve
from .det import det_matplotlib as det_matplotlib
from .det import det_plotly as det_plotly
from .histogram import ScoreHistogram as ScoreHistogram
from .histogram import histogram_matplotlib as histogram_matplotlib
from .histogram import histogram_plotly as histogram_plotly
from .histogram import score_histogram as score_histogram
from .intervals import IntervalSeries as IntervalSeries
from .intervals import intervals_matplotlib as intervals_matplotlib
from .intervals import intervals_plotly as intervals_plotly
from .map import LineMap as LineMap
from .map import line_map as line_map
from .map import map_matplotlib as map_matplotlib
from .map import map_plotly as map_plotly
from .training import PANELS as PANELS
from .training import Panel as Panel
from .training import training_matplotlib as training_matplotlib
from .training import training_plotly as training_plotly

__all__ = [
    "PANELS",
    "ConfusablePair",
    "DetCurve",
    "IntervalSeries",
    "LineMap",
    "Panel",
    "ScoreHistogram",
    "Similarity",
    "confusable_pairs",
    "det_curve",
    "det_matplotlib",
    "det_plotly",
    "histogram_matplotlib",
    "histogram_plotly",
    "intervals_matplotlib",
    "intervals_plotly",
    "line_map",
    "map_matplotlib",
    "map_plotly",
    "score_histogram",
    "similarity_matplotlib",
    "similarity_matrix",
    "similarity_plotly",
    "training_matplotlib",
    "training_plotly",
]
