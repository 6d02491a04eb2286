"""Score normalisation: Z-, T-, S- and AS-norm against a cohort of impostors."""

from kowairo.scoring.normalization.adaptive_s import AdaptiveSNorm as AdaptiveSNorm
from kowairo.scoring.normalization.adaptive_s import adaptive_s_norm as adaptive_s_norm
from kowairo.scoring.normalization.cohort import Cohort as Cohort
from kowairo.scoring.normalization.cohort import check_cohort_speakers as check_cohort_speakers
from kowairo.scoring.normalization.cohort_statistics import CohortStatistics as CohortStatistics
from kowairo.scoring.normalization.cohort_statistics import cohort_moments as cohort_moments
from kowairo.scoring.normalization.s import SNorm as SNorm
from kowairo.scoring.normalization.s import s_norm as s_norm
from kowairo.scoring.normalization.score_normalizer import ScoreNormalizer as ScoreNormalizer
from kowairo.scoring.normalization.t import TNorm as TNorm
from kowairo.scoring.normalization.t import t_norm as t_norm
from kowairo.scoring.normalization.z import ZNorm as ZNorm
from kowairo.scoring.normalization.z import z_norm as z_norm

__all__ = [
    "AdaptiveSNorm",
    "Cohort",
    "CohortStatistics",
    "SNorm",
    "ScoreNormalizer",
    "TNorm",
    "ZNorm",
    "adaptive_s_norm",
    "check_cohort_speakers",
    "cohort_moments",
    "s_norm",
    "t_norm",
    "z_norm",
]
