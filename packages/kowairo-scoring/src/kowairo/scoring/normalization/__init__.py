"""Score normalisation: Z-, T-, ZT-, TZ-, S-norm and the adaptive ones, against a cohort of impostors."""

from kowairo.scoring.normalization.adaptive_norm import AdaptiveNorm as AdaptiveNorm
from kowairo.scoring.normalization.adaptive_norm import Variant as Variant
from kowairo.scoring.normalization.adaptive_s import AdaptiveSNorm as AdaptiveSNorm
from kowairo.scoring.normalization.adaptive_s import adaptive_s_norm as adaptive_s_norm
from kowairo.scoring.normalization.adaptive_t import AdaptiveTNorm as AdaptiveTNorm
from kowairo.scoring.normalization.adaptive_z import AdaptiveZNorm as AdaptiveZNorm
from kowairo.scoring.normalization.cohort import Cohort as Cohort
from kowairo.scoring.normalization.cohort_norm import CohortNorm as CohortNorm
from kowairo.scoring.normalization.cohort_recipe import CohortRecipe as CohortRecipe
from kowairo.scoring.normalization.cohort_statistics import CohortStatistics as CohortStatistics
from kowairo.scoring.normalization.cohort_statistics import cohort_moments as cohort_moments
from kowairo.scoring.normalization.cross_statistics import CrossStatistics as CrossStatistics
from kowairo.scoring.normalization.moments import Moments as Moments
from kowairo.scoring.normalization.normed import (
    normed_cohort_moments as normed_cohort_moments,
)
from kowairo.scoring.normalization.presets import NormalizerPreset as NormalizerPreset
from kowairo.scoring.normalization.presets import PresetName as PresetName
from kowairo.scoring.normalization.presets import normalizer_preset as normalizer_preset
from kowairo.scoring.normalization.s import Scale as Scale
from kowairo.scoring.normalization.s import SNorm as SNorm
from kowairo.scoring.normalization.s import s_norm as s_norm
from kowairo.scoring.normalization.score_normalizer import FileCounts as FileCounts
from kowairo.scoring.normalization.score_normalizer import ScoreNormalizer as ScoreNormalizer
from kowairo.scoring.normalization.score_normalizer import load_normalizer as load_normalizer
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers as SharedSpeakers
from kowairo.scoring.normalization.shared_speakers import check_cohort_speakers as check_cohort_speakers
from kowairo.scoring.normalization.t import TNorm as TNorm
from kowairo.scoring.normalization.t import t_norm as t_norm
from kowairo.scoring.normalization.tz import TZNorm as TZNorm
from kowairo.scoring.normalization.tz import tz_norm as tz_norm
from kowairo.scoring.normalization.z import ZNorm as ZNorm
from kowairo.scoring.normalization.z import z_norm as z_norm
from kowairo.scoring.normalization.zt import ZTNorm as ZTNorm
from kowairo.scoring.normalization.zt import zt_norm as zt_norm

__all__ = [
    "AdaptiveNorm",
    "AdaptiveSNorm",
    "AdaptiveTNorm",
    "AdaptiveZNorm",
    "Cohort",
    "CohortNorm",
    "CohortRecipe",
    "CohortStatistics",
    "CrossStatistics",
    "FileCounts",
    "Moments",
    "NormalizerPreset",
    "PresetName",
    "SNorm",
    "Scale",
    "ScoreNormalizer",
    "SharedSpeakers",
    "TNorm",
    "TZNorm",
    "Variant",
    "ZNorm",
    "ZTNorm",
    "adaptive_s_norm",
    "check_cohort_speakers",
    "cohort_moments",
    "load_normalizer",
    "normalizer_preset",
    "normed_cohort_moments",
    "s_norm",
    "t_norm",
    "tz_norm",
    "z_norm",
    "zt_norm",
]
