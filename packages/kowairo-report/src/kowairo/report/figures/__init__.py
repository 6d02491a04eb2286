"""Figures for use alone: each kind computes its numbers once and draws them for the page and for a PNG."""

from .ape import ApeCurve as ApeCurve
from .ape import ape_curve as ape_curve
from .ape import ape_matplotlib as ape_matplotlib
from .ape import ape_plotly as ape_plotly
from .confusion import ConfusablePair as ConfusablePair
from .confusion import Similarity as Similarity
from .confusion import confusable_pairs as confusable_pairs
from .confusion import similarity_matplotlib as similarity_matplotlib
from .confusion import similarity_matrix as similarity_matrix
from .confusion import similarity_plotly as similarity_plotly
from .det import DetCurve as DetCurve
from .det import DetMark as DetMark
from .det import det_curve as det_curve
from .det import det_matplotlib as det_matplotlib
from .det import det_plotly as det_plotly
from .det_band import DetBand as DetBand
from .det_band import det_band as det_band
from .histogram import ScoreHistogram as ScoreHistogram
from .histogram import histogram_matplotlib as histogram_matplotlib
from .histogram import histogram_plotly as histogram_plotly
from .histogram import histograms_plotly as histograms_plotly
from .histogram import score_histogram as score_histogram
from .intervals import IntervalSeries as IntervalSeries
from .intervals import intervals_matplotlib as intervals_matplotlib
from .intervals import intervals_plotly as intervals_plotly
from .map import LineMap as LineMap
from .map import line_map as line_map
from .map import map_matplotlib as map_matplotlib
from .map import map_plotly as map_plotly
from .reliability import Reliability as Reliability
from .reliability import reliability as reliability
from .reliability import reliability_matplotlib as reliability_matplotlib
from .reliability import reliability_plotly as reliability_plotly
from .tippett import Tippett as Tippett
from .tippett import tippett as tippett
from .tippett import tippett_matplotlib as tippett_matplotlib
from .tippett import tippett_plotly as tippett_plotly
from .training import PANELS as PANELS
from .training import Panel as Panel
from .training import training_matplotlib as training_matplotlib
from .training import training_plotly as training_plotly

__all__ = [
    "PANELS",
    "ApeCurve",
    "ConfusablePair",
    "DetBand",
    "DetCurve",
    "DetMark",
    "IntervalSeries",
    "LineMap",
    "Panel",
    "Reliability",
    "ScoreHistogram",
    "Similarity",
    "Tippett",
    "ape_curve",
    "ape_matplotlib",
    "ape_plotly",
    "confusable_pairs",
    "det_band",
    "det_curve",
    "det_matplotlib",
    "det_plotly",
    "histogram_matplotlib",
    "histogram_plotly",
    "histograms_plotly",
    "intervals_matplotlib",
    "intervals_plotly",
    "line_map",
    "map_matplotlib",
    "map_plotly",
    "reliability",
    "reliability_matplotlib",
    "reliability_plotly",
    "score_histogram",
    "similarity_matplotlib",
    "similarity_matrix",
    "similarity_plotly",
    "tippett",
    "tippett_matplotlib",
    "tippett_plotly",
    "training_matplotlib",
    "training_plotly",
]
