"""Figures of verification scores: error rates, detection costs, costs of log-likelihood ratios."""

from kowairo.scoring.metrics.conventions import CONVENTIONS as CONVENTIONS
from kowairo.scoring.metrics.conventions import Convention as Convention
from kowairo.scoring.metrics.conventions import format_by_convention as format_by_convention
from kowairo.scoring.metrics.conventions import metrics_by_convention as metrics_by_convention
from kowairo.scoring.metrics.det_curve import DetPoints as DetPoints
from kowairo.scoring.metrics.det_curve import det_points as det_points
from kowairo.scoring.metrics.detection_cost import CostScale as CostScale
from kowairo.scoring.metrics.detection_cost import MinDCF as MinDCF
from kowairo.scoring.metrics.detection_cost import act_dcf as act_dcf
from kowairo.scoring.metrics.detection_cost import bayes_threshold as bayes_threshold
from kowairo.scoring.metrics.detection_cost import cprimary as cprimary
from kowairo.scoring.metrics.detection_cost import dcf_weights as dcf_weights
from kowairo.scoring.metrics.detection_cost import min_dcf as min_dcf
from kowairo.scoring.metrics.equal_error_rate import EER as EER
from kowairo.scoring.metrics.equal_error_rate import EERRule as EERRule
from kowairo.scoring.metrics.equal_error_rate import eer as eer
from kowairo.scoring.metrics.llr_cost import cllr as cllr
from kowairo.scoring.metrics.llr_cost import min_cllr as min_cllr
from kowairo.scoring.metrics.open_set import OpenSetRates as OpenSetRates
from kowairo.scoring.metrics.open_set import fnir_at_fpir as fnir_at_fpir
from kowairo.scoring.metrics.open_set import open_set_rates as open_set_rates
from kowairo.scoring.metrics.rates import ErrorRates as ErrorRates
from kowairo.scoring.metrics.rates import error_rates as error_rates
from kowairo.scoring.metrics.summary import VerificationSummary as VerificationSummary
from kowairo.scoring.metrics.summary import verification_summary as verification_summary
from kowairo.scoring.metrics.thresholds import DecisionThreshold as DecisionThreshold
from kowairo.scoring.metrics.thresholds import ThresholdRule as ThresholdRule
from kowairo.scoring.metrics.thresholds import choose_threshold as choose_threshold

__all__ = [
    "CONVENTIONS",
    "EER",
    "Convention",
    "CostScale",
    "DecisionThreshold",
    "DetPoints",
    "EERRule",
    "ErrorRates",
    "MinDCF",
    "OpenSetRates",
    "ThresholdRule",
    "VerificationSummary",
    "act_dcf",
    "bayes_threshold",
    "choose_threshold",
    "cllr",
    "cprimary",
    "dcf_weights",
    "det_points",
    "eer",
    "error_rates",
    "fnir_at_fpir",
    "format_by_convention",
    "metrics_by_convention",
    "min_cllr",
    "min_dcf",
    "open_set_rates",
    "verification_summary",
]
