"""Back-ends, score normalisation and metrics of kowairo; NumPy, never torch."""

from kowairo.scoring.backend import Backend as Backend
from kowairo.scoring.bootstrap import BootstrapIntervals as BootstrapIntervals
from kowairo.scoring.bootstrap import Interval as Interval
from kowairo.scoring.bootstrap import paired_bootstrap as paired_bootstrap
from kowairo.scoring.bootstrap import speaker_bootstrap as speaker_bootstrap
from kowairo.scoring.closed_set import ClosedSetMetrics as ClosedSetMetrics
from kowairo.scoring.closed_set import closed_set_metrics as closed_set_metrics
from kowairo.scoring.closed_set import confusion_matrix as confusion_matrix
from kowairo.scoring.conditions import trial_conditions as trial_conditions
from kowairo.scoring.cosine import cosine_scores as cosine_scores
from kowairo.scoring.cosine import length_normalize as length_normalize
from kowairo.scoring.evaluation import ResultLabels as ResultLabels
from kowairo.scoring.evaluation import ResultRow as ResultRow
from kowairo.scoring.evaluation import compare as compare
from kowairo.scoring.evaluation import evaluate as evaluate
from kowairo.scoring.evaluation import evaluate_conditions as evaluate_conditions
from kowairo.scoring.lda import LDA as LDA
from kowairo.scoring.mean_subtraction import MeanSubtraction as MeanSubtraction
from kowairo.scoring.metrics import EER as EER
from kowairo.scoring.metrics import DetPoints as DetPoints
from kowairo.scoring.metrics import ErrorRates as ErrorRates
from kowairo.scoring.metrics import MinDCF as MinDCF
from kowairo.scoring.metrics import det_points as det_points
from kowairo.scoring.metrics import eer as eer
from kowairo.scoring.metrics import error_rates as error_rates
from kowairo.scoring.metrics import min_dcf as min_dcf
from kowairo.scoring.normalization import AdaptiveSNorm as AdaptiveSNorm
from kowairo.scoring.normalization import Cohort as Cohort
from kowairo.scoring.normalization import CohortStatistics as CohortStatistics
from kowairo.scoring.normalization import ScoreNormalizer as ScoreNormalizer
from kowairo.scoring.normalization import SNorm as SNorm
from kowairo.scoring.normalization import TNorm as TNorm
from kowairo.scoring.normalization import ZNorm as ZNorm
from kowairo.scoring.plain_cosine import PlainCosine as PlainCosine
from kowairo.scoring.trial_scores import align_scores as align_scores
from kowairo.scoring.trial_scores import score_trials as score_trials
from kowairo.scoring.trial_scores import transform_set as transform_set

__all__ = [
    "EER",
    "LDA",
    "AdaptiveSNorm",
    "Backend",
    "BootstrapIntervals",
    "ClosedSetMetrics",
    "Cohort",
    "CohortStatistics",
    "DetPoints",
    "ErrorRates",
    "Interval",
    "MeanSubtraction",
    "MinDCF",
    "PlainCosine",
    "ResultLabels",
    "ResultRow",
    "SNorm",
    "ScoreNormalizer",
    "TNorm",
    "ZNorm",
    "align_scores",
    "closed_set_metrics",
    "compare",
    "confusion_matrix",
    "cosine_scores",
    "det_points",
    "eer",
    "error_rates",
    "evaluate",
    "evaluate_conditions",
    "length_normalize",
    "min_dcf",
    "paired_bootstrap",
    "score_trials",
    "speaker_bootstrap",
    "transform_set",
    "trial_conditions",
]
