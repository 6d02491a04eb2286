"""Back-ends, score normalisation, calibration and metrics of kowairo; NumPy, never torch."""

from kowairo.scoring.affine_backend import AffineBackend as AffineBackend
from kowairo.scoring.backend import Backend as Backend
from kowairo.scoring.backend import load_backend as load_backend
from kowairo.scoring.bootstrap import BootstrapIntervals as BootstrapIntervals
from kowairo.scoring.bootstrap import Interval as Interval
from kowairo.scoring.bootstrap import PairedIntervals as PairedIntervals
from kowairo.scoring.bootstrap import paired_bootstrap as paired_bootstrap
from kowairo.scoring.bootstrap import speaker_bootstrap as speaker_bootstrap
from kowairo.scoring.calibration import QMF as QMF
from kowairo.scoring.calibration import Calibrator as Calibrator
from kowairo.scoring.calibration import Fusion as Fusion
from kowairo.scoring.calibration import GaussianCalibrator as GaussianCalibrator
from kowairo.scoring.calibration import IsotonicCalibrator as IsotonicCalibrator
from kowairo.scoring.calibration import LogisticCalibrator as LogisticCalibrator
from kowairo.scoring.calibration import OperatingPoint as OperatingPoint
from kowairo.scoring.calibration import OperatingPoints as OperatingPoints
from kowairo.scoring.calibration import calibrate_scores as calibrate_scores
from kowairo.scoring.calibration import check_calibration_speakers as check_calibration_speakers
from kowairo.scoring.calibration import find_operating_points as find_operating_points
from kowairo.scoring.calibration import fit_calibrator as fit_calibrator
from kowairo.scoring.calibration import load_calibrator as load_calibrator
from kowairo.scoring.calibration import measure_threshold as measure_threshold
from kowairo.scoring.calibration import point_rule as point_rule
from kowairo.scoring.calibration import posterior as posterior
from kowairo.scoring.calibration import shared_speakers as shared_speakers
from kowairo.scoring.calibration import trial_speakers as trial_speakers
from kowairo.scoring.chain import Chain as Chain
from kowairo.scoring.closed_set import ClosedSetMetrics as ClosedSetMetrics
from kowairo.scoring.closed_set import closed_set_metrics as closed_set_metrics
from kowairo.scoring.closed_set import confusion_matrix as confusion_matrix
from kowairo.scoring.closed_set import top_k_accuracy as top_k_accuracy
from kowairo.scoring.conditions import trial_conditions as trial_conditions
from kowairo.scoring.coral import CORAL as CORAL
from kowairo.scoring.cosine import cosine_scores as cosine_scores
from kowairo.scoring.cosine import length_normalize as length_normalize
from kowairo.scoring.enrollment import Enrollment as Enrollment
from kowairo.scoring.enrollment import model_scorer as model_scorer
from kowairo.scoring.enrollment import score_enrolled as score_enrolled
from kowairo.scoring.evaluation import ResultLabels as ResultLabels
from kowairo.scoring.evaluation import ResultRow as ResultRow
from kowairo.scoring.evaluation import compare as compare
from kowairo.scoring.evaluation import evaluate as evaluate
from kowairo.scoring.evaluation import evaluate_conditions as evaluate_conditions
from kowairo.scoring.evaluation import llr_metrics as llr_metrics
from kowairo.scoring.identification import identification_matrix as identification_matrix
from kowairo.scoring.identification import identification_metrics as identification_metrics
from kowairo.scoring.kaldi_plda import read_kaldi_plda as read_kaldi_plda
from kowairo.scoring.kaldi_plda import write_kaldi_plda as write_kaldi_plda
from kowairo.scoring.lda import LDA as LDA
from kowairo.scoring.length_norm import LengthNorm as LengthNorm
from kowairo.scoring.mean_subtraction import MeanSubtraction as MeanSubtraction
from kowairo.scoring.metrics import CONVENTIONS as CONVENTIONS
from kowairo.scoring.metrics import EER as EER
from kowairo.scoring.metrics import Convention as Convention
from kowairo.scoring.metrics import CostScale as CostScale
from kowairo.scoring.metrics import DecisionThreshold as DecisionThreshold
from kowairo.scoring.metrics import DetPoints as DetPoints
from kowairo.scoring.metrics import EERRule as EERRule
from kowairo.scoring.metrics import ErrorRates as ErrorRates
from kowairo.scoring.metrics import MinDCF as MinDCF
from kowairo.scoring.metrics import OpenSetRates as OpenSetRates
from kowairo.scoring.metrics import ThresholdRule as ThresholdRule
from kowairo.scoring.metrics import VerificationSummary as VerificationSummary
from kowairo.scoring.metrics import act_dcf as act_dcf
from kowairo.scoring.metrics import bayes_threshold as bayes_threshold
from kowairo.scoring.metrics import choose_threshold as choose_threshold
from kowairo.scoring.metrics import cllr as cllr
from kowairo.scoring.metrics import cprimary as cprimary
from kowairo.scoring.metrics import det_points as det_points
from kowairo.scoring.metrics import eer as eer
from kowairo.scoring.metrics import error_rates as error_rates
from kowairo.scoring.metrics import fnir_at_fpir as fnir_at_fpir
from kowairo.scoring.metrics import format_by_convention as format_by_convention
from kowairo.scoring.metrics import metrics_by_convention as metrics_by_convention
from kowairo.scoring.metrics import min_cllr as min_cllr
from kowairo.scoring.metrics import min_dcf as min_dcf
from kowairo.scoring.metrics import open_set_rates as open_set_rates
from kowairo.scoring.metrics import verification_summary as verification_summary
from kowairo.scoring.normalization import AdaptiveSNorm as AdaptiveSNorm
from kowairo.scoring.normalization import AdaptiveTNorm as AdaptiveTNorm
from kowairo.scoring.normalization import AdaptiveZNorm as AdaptiveZNorm
from kowairo.scoring.normalization import Cohort as Cohort
from kowairo.scoring.normalization import CohortRecipe as CohortRecipe
from kowairo.scoring.normalization import CohortStatistics as CohortStatistics
from kowairo.scoring.normalization import FileCounts as FileCounts
from kowairo.scoring.normalization import NormalizerPreset as NormalizerPreset
from kowairo.scoring.normalization import ScoreNormalizer as ScoreNormalizer
from kowairo.scoring.normalization import SNorm as SNorm
from kowairo.scoring.normalization import TNorm as TNorm
from kowairo.scoring.normalization import TZNorm as TZNorm
from kowairo.scoring.normalization import ZNorm as ZNorm
from kowairo.scoring.normalization import ZTNorm as ZTNorm
from kowairo.scoring.normalization import load_normalizer as load_normalizer
from kowairo.scoring.normalization import normalizer_preset as normalizer_preset
from kowairo.scoring.plain_cosine import PlainCosine as PlainCosine
from kowairo.scoring.plda import PLDA as PLDA
from kowairo.scoring.plda_adaptation import adapt_coral as adapt_coral
from kowairo.scoring.plda_adaptation import adapt_coral_plus as adapt_coral_plus
from kowairo.scoring.plda_adaptation import adapt_unsupervised as adapt_unsupervised
from kowairo.scoring.plda_adaptation import smooth_within as smooth_within
from kowairo.scoring.trial_files import TrialCounts as TrialCounts
from kowairo.scoring.trial_files import score_trial_file as score_trial_file
from kowairo.scoring.trial_scores import align_scores as align_scores
from kowairo.scoring.trial_scores import score_trials as score_trials
from kowairo.scoring.trial_scores import transform_set as transform_set
from kowairo.scoring.two_covariance import TwoCovariance as TwoCovariance
from kowairo.scoring.wccn import WCCN as WCCN
from kowairo.scoring.whitening import Whitening as Whitening
from kowairo.scoring.within_class_shrinkage import WithinClassShrinkage as WithinClassShrinkage
from kowairo.scoring.worst_trials import WorstTrial as WorstTrial
from kowairo.scoring.worst_trials import worst_trials as worst_trials
from kowairo.scoring.worst_trials import write_worst_trials as write_worst_trials

__all__ = [
    "CONVENTIONS",
    "CORAL",
    "EER",
    "LDA",
    "PLDA",
    "QMF",
    "WCCN",
    "AdaptiveSNorm",
    "AdaptiveTNorm",
    "AdaptiveZNorm",
    "AffineBackend",
    "Backend",
    "BootstrapIntervals",
    "Calibrator",
    "Chain",
    "ClosedSetMetrics",
    "Cohort",
    "CohortRecipe",
    "CohortStatistics",
    "Convention",
    "CostScale",
    "DecisionThreshold",
    "DetPoints",
    "EERRule",
    "Enrollment",
    "ErrorRates",
    "FileCounts",
    "Fusion",
    "GaussianCalibrator",
    "Interval",
    "IsotonicCalibrator",
    "LengthNorm",
    "LogisticCalibrator",
    "MeanSubtraction",
    "MinDCF",
    "NormalizerPreset",
    "OpenSetRates",
    "OperatingPoint",
    "OperatingPoints",
    "PairedIntervals",
    "PlainCosine",
    "ResultLabels",
    "ResultRow",
    "SNorm",
    "ScoreNormalizer",
    "TNorm",
    "TZNorm",
    "ThresholdRule",
    "TrialCounts",
    "TwoCovariance",
    "VerificationSummary",
    "Whitening",
    "WithinClassShrinkage",
    "WorstTrial",
    "ZNorm",
    "ZTNorm",
    "act_dcf",
    "adapt_coral",
    "adapt_coral_plus",
    "adapt_unsupervised",
    "align_scores",
    "bayes_threshold",
    "calibrate_scores",
    "check_calibration_speakers",
    "choose_threshold",
    "cllr",
    "closed_set_metrics",
    "compare",
    "confusion_matrix",
    "cosine_scores",
    "cprimary",
    "det_points",
    "eer",
    "error_rates",
    "evaluate",
    "evaluate_conditions",
    "find_operating_points",
    "fit_calibrator",
    "fnir_at_fpir",
    "format_by_convention",
    "identification_matrix",
    "identification_metrics",
    "length_normalize",
    "llr_metrics",
    "load_backend",
    "load_calibrator",
    "load_normalizer",
    "measure_threshold",
    "metrics_by_convention",
    "min_cllr",
    "min_dcf",
    "model_scorer",
    "normalizer_preset",
    "open_set_rates",
    "paired_bootstrap",
    "point_rule",
    "posterior",
    "read_kaldi_plda",
    "score_enrolled",
    "score_trial_file",
    "score_trials",
    "shared_speakers",
    "smooth_within",
    "speaker_bootstrap",
    "top_k_accuracy",
    "transform_set",
    "trial_conditions",
    "trial_speakers",
    "verification_summary",
    "worst_trials",
    "write_kaldi_plda",
    "write_worst_trials",
]
