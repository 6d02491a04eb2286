"""Figures of verification scores: error rates, detection costs, costs of log-likelihood ratios."""

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
from kowairo.scoring.metrics.rates import ErrorRates as ErrorRates
from kowairo.scoring.metrics.rates import error_rates as error_rates

__all__ = [
    "EER",
    "CostScale",
    "DetPoints",
    "EERRule",
    "ErrorRates",
    "MinDCF",
    "act_dcf",
    "bayes_threshold",
    "cllr",
    "cprimary",
    "dcf_weights",
    "det_points",
    "eer",
    "error_rates",
    "min_cllr",
    "min_dcf",
]
