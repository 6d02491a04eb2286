"""Calibration: from scores to log-likelihood ratios, fusion of systems, and operating points."""

from kowairo.scoring.calibration.base import Calibrator as Calibrator
from kowairo.scoring.calibration.base import posterior as posterior
from kowairo.scoring.calibration.fusion import Fusion as Fusion
from kowairo.scoring.calibration.gaussian import GaussianCalibrator as GaussianCalibrator
from kowairo.scoring.calibration.isotonic import IsotonicCalibrator as IsotonicCalibrator
from kowairo.scoring.calibration.isotonic import isotonic_llrs as isotonic_llrs
from kowairo.scoring.calibration.load import load_calibrator as load_calibrator
from kowairo.scoring.calibration.logistic import LogisticCalibrator as LogisticCalibrator
from kowairo.scoring.calibration.operating_points import OperatingPoint as OperatingPoint
from kowairo.scoring.calibration.operating_points import OperatingPoints as OperatingPoints
from kowairo.scoring.calibration.point_rules import DEFAULT_RULES as DEFAULT_RULES
from kowairo.scoring.calibration.point_rules import EqualErrors as EqualErrors
from kowairo.scoring.calibration.point_rules import FalseAlarmRate as FalseAlarmRate
from kowairo.scoring.calibration.point_rules import LowestCost as LowestCost
from kowairo.scoring.calibration.point_rules import PointRule as PointRule
from kowairo.scoring.calibration.point_rules import point_rule as point_rule
from kowairo.scoring.calibration.qmf import QMF as QMF
from kowairo.scoring.calibration.quality import QualityMeasure as QualityMeasure
from kowairo.scoring.calibration.quality import QualityTables as QualityTables
from kowairo.scoring.calibration.quality import cohort_means as cohort_means
from kowairo.scoring.calibration.quality import embedding_magnitudes as embedding_magnitudes
from kowairo.scoring.calibration.quality import quality_columns as quality_columns
from kowairo.scoring.calibration.quality import quality_names as quality_names
from kowairo.scoring.calibration.quality import read_durations as read_durations
from kowairo.scoring.calibration.speakers import check_calibration_speakers as check_calibration_speakers
from kowairo.scoring.calibration.speakers import shared_speakers as shared_speakers
from kowairo.scoring.calibration.speakers import trial_speakers as trial_speakers
from kowairo.scoring.calibration.threshold_measurement import find_operating_points as find_operating_points
from kowairo.scoring.calibration.threshold_measurement import measure_threshold as measure_threshold
from kowairo.scoring.calibration.trial_calibration import calibrate_scores as calibrate_scores
from kowairo.scoring.calibration.trial_calibration import fit_calibrator as fit_calibrator
from kowairo.scoring.calibration.trial_calibration import system_columns as system_columns

__all__ = [
    "DEFAULT_RULES",
    "QMF",
    "Calibrator",
    "EqualErrors",
    "FalseAlarmRate",
    "Fusion",
    "GaussianCalibrator",
    "IsotonicCalibrator",
    "LogisticCalibrator",
    "LowestCost",
    "OperatingPoint",
    "OperatingPoints",
    "PointRule",
    "QualityMeasure",
    "QualityTables",
    "calibrate_scores",
    "check_calibration_speakers",
    "cohort_means",
    "embedding_magnitudes",
    "find_operating_points",
    "fit_calibrator",
    "isotonic_llrs",
    "load_calibrator",
    "measure_threshold",
    "point_rule",
    "posterior",
    "quality_columns",
    "quality_names",
    "read_durations",
    "shared_speakers",
    "system_columns",
    "trial_speakers",
]
