"""EER and minDCF as other toolkits print them, so that tables can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.scoring.metrics._points import Points, sorted_points
from kowairo.scoring.metrics._sides import as_sides
from kowairo.scoring.metrics.detection_cost import CostScale, dcf_weights, lowest_cost
from kowairo.scoring.metrics.equal_error_rate import EERRule, eer


@dataclass(frozen=True)
class Convention:
    """What one toolkit calls EER, minDCF and threshold."""

    eer_rule: EERRule
    """How the EER is read off."""
    p_targets: tuple[float, ...]
    """Target priors of the minDCFs, costs 1 and 1."""
    scale: CostScale
    """Whether minDCF is divided by the cost of the better trivial system."""
    threshold: Literal["eer", "min_dcf"]
    """Which figure's threshold is printed."""
    accepts: Literal["at_or_above", "above"]
    """Whether a score at the threshold is accepted; if not, the threshold is the highest rejected score."""
    layout: str
    """How the figures are printed, a ``str.format`` template; ``..._x100`` is a figure times 100."""
    source: str
    """Where the rule was read."""


_NIST = "EER = {eer_x100:.3f}\nminDCF (p_target:0.01 c_miss:1 c_fa:1) = {min_dcf_0_01:.3f}"

CONVENTIONS: Mapping[str, Convention] = MappingProxyType(
    {
        "kowairo": Convention(
            "roc",
            (0.01, 0.05),
            "normalized",
            "eer",
            "at_or_above",
            "EER {eer_x100:.2f} %, minDCF {min_dcf_0_01:.3f} at p = 0.01 and {min_dcf_0_05:.3f} at p = 0.05, "
            "EER threshold {threshold:.4f}",
            "kowairo.scoring.metrics",
        ),
        "wespeaker": Convention(
            "roc", (0.01,), "normalized", "eer", "above", _NIST, "wespeaker/utils/score_metrics.py"
        ),
        "3d_speaker": Convention(
            "roc",
            (0.01,),
            "normalized",
            "eer",
            "above",
            _NIST.replace(".3f", ".4f"),
            "speakerlab/bin/compute_score_metrics.py",
        ),
        "speechbrain": Convention(
            "mean",
            (0.01,),
            "raw",
            "eer",
            "above",
            "EER(%)={eer_x100:f}\nminDCF={min_dcf_0_01_x100:f}",
            "speechbrain/utils/metric_stats.py; VoxCeleb recipe speaker_verification_cosine.py",
        ),
        "clovaai": Convention(
            "max",
            (0.05,),
            "normalized",
            "min_dcf",
            "above",
            "VEER {eer_x100:2.4f}, MinDCF {min_dcf_0_05:2.5f}",
            "voxceleb_trainer/tuneThreshold.py",
        ),
        "espnet": Convention(
            "max",
            (0.05,),
            "normalized",
            "min_dcf",
            "above",
            "eer: {eer_x100}, mindcf: {min_dcf_0_05}",
            "espnet2/utils/eer.py, pyscripts/utils/calculate_eer_mindcf.py",
        ),
        "voiceprint_zh": Convention(
            "max",
            (0.05,),
            "normalized",
            "min_dcf",
            "above",
            "EER: {eer_x100:.2f}%, minDCF: {min_dcf_0_05:.2f}, best threshold: {threshold:.2f}",
            "Plutoisme/voice_recognition tools/ComputeTools.py, tools/eval_network.py",
        ),
        "hyperion": Convention(
            "rocch",
            (0.05, 0.01, 0.005, 0.001),
            "normalized",
            "eer",
            "at_or_above",
            "EER={eer_x100:.2f} minDCF(p=0.05)={min_dcf_0_05:.3f} minDCF(p=0.01)={min_dcf_0_01:.3f} "
            "minDCF(p=0.005)={min_dcf_0_005:.3f} minDCF(p=0.001)={min_dcf_0_001:.3f}",
            "hyperion/metrics/eer.py, roc.py, dcf.py",
        ),
        "voice_personification": Convention(
            "cdf",
            (),
            "normalized",
            "eer",
            "above",
            "EER: {eer}, Thr: {threshold}",
            "VoicePersonification/metrics/eer.py",
        ),
    }
)
"""Conventions by name."""


def metrics_by_convention(target: ArrayLike, nontarget: ArrayLike, convention: str) -> dict[str, float]:
    """EER and minDCF as another toolkit computes them.

    WeSpeaker, 3D-Speaker, clovaai, ESPnet and the Chinese project take a point per trial: where a target and
    a non-target tie, their figure depends on the order of the file (a constant scorer has an EER of 0 or
    1). Here ties are merged, so the figures agree wherever theirs is defined.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.
        convention: A key of ``CONVENTIONS``.

    Returns:
        ``eer`` (a fraction), ``min_dcf_<p>`` per prior on the toolkit's scale, ``threshold``.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, or the
            convention is unknown.
    """
    rule = _named(convention)
    sides = as_sides(target, nontarget)
    points = sorted_points(*sides)
    rate = eer(*sides, rule=rule.eer_rule)
    thresholds, metrics = {"eer": rate.threshold}, {"eer": rate.value}
    for p_target in rule.p_targets:
        cost = lowest_cost(points, *dcf_weights(p_target=p_target, scale=rule.scale))
        metrics[f"min_dcf_{p_target:g}"] = cost.value
        thresholds["min_dcf"] = cost.threshold
    threshold = thresholds[rule.threshold]
    if rule.accepts == "above" and rule.eer_rule != "cdf":
        threshold = _highest_rejected(points, threshold)
    return metrics | {"threshold": threshold}


def format_by_convention(metrics: Mapping[str, float], convention: str) -> str:
    """Write figures as the toolkit prints them.

    Args:
        metrics: Of ``metrics_by_convention``.
        convention: The same convention.

    Returns:
        One or more lines.

    Raises:
        InputError: The convention is unknown, or a figure of it is missing.
    """
    values = {name.replace(".", "_"): value for name, value in metrics.items()}
    hundredfold = {f"{name}_x100": 100 * value for name, value in values.items()}
    try:
        return _named(convention).layout.format_map(values | hundredfold)
    except KeyError as error:
        raise InputError(f"expected the figures of the convention {convention}, lacks {error}") from error


def _named(convention: str) -> Convention:
    """Look a convention up."""
    if convention not in CONVENTIONS:
        raise InputError(f"expected a convention of {', '.join(CONVENTIONS)}, got {convention!r}")
    return CONVENTIONS[convention]


def _highest_rejected(points: Points, threshold: float) -> float:
    """Highest score below a threshold."""
    below = points.threshold[points.threshold < threshold]
    return float(below[-1] if below.size else threshold)
