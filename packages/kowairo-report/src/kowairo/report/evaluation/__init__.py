"""The evaluation page: any systems' scores on one trial list, with intervals, curves and calibration."""

from .folder import Evaluation as Evaluation
from .folder import read_evaluation as read_evaluation
from .measures import Measures as Measures
from .measures import measure as measure
from .page import make_evaluation_page as make_evaluation_page

__all__ = ["Evaluation", "Measures", "make_evaluation_page", "measure", "read_evaluation"]
