"""The figures of an evaluation, computed from its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kowairo.scoring import Interval, paired_bootstrap, speaker_bootstrap
from kowairo.scoring.metrics import act_dcf, cllr, eer, min_cllr, min_dcf

from ..results import Estimate
from .folder import Evaluated, Evaluation

P_TARGETS = (0.01, 0.05)
"""Target priors of the costs."""


@dataclass(frozen=True)
class Measures:
    """Figures of one system and normalisation.

    Attributes:
        system: Name of the system.
        normalization: Name of the score normalisation.
        label: Both, as on screen.
        eer: Equal error rate, fraction; with an interval where speakers are known.
        min_dcf: Normalised minDCF by target prior.
        threshold: Score of the EER, of these very trials.
        difference: EER minus that of the headline scores with its paired interval; None for these themselves
            or without speakers.
        act_dcf: Normalised cost at the Bayes threshold by prior; empty unless scores are likelihood ratios.
        cllr: Cost over all priors, bits; None unless scores are likelihood ratios.
        min_cllr: What remains of it after the best monotone map; defined for any scores.
        warning: Why to trust the intervals little, "" if nothing.
    """

    system: str
    normalization: str
    label: str
    eer: Estimate
    min_dcf: Mapping[float, Estimate]
    threshold: float
    difference: Estimate | None
    act_dcf: Mapping[float, float]
    cllr: float | None
    min_cllr: float
    warning: str


def measure(
    evaluation: Evaluation,
    *,
    p_targets: Sequence[float] = P_TARGETS,
    num_replicates: int = 1000,
    seed: int = 0,
) -> list[Measures]:
    """Measure every system and normalisation of an evaluation.

    Args:
        evaluation: The evaluation.
        p_targets: Target priors of the costs.
        num_replicates: Replicates of the speaker bootstrap.
        seed: Seed of the bootstrap.

    Returns:
        Figures in the evaluation's order.

    Raises:
        InputError: Labels contradict the speakers, or scores are not finite.
    """
    settings = _Settings(tuple(p_targets), num_replicates, seed)
    return [_measures(one, evaluation.main, settings) for one in evaluation.systems]


@dataclass(frozen=True)
class _Settings:
    """What every measurement shares."""

    p_targets: tuple[float, ...]
    num_replicates: int
    seed: int


def _measures(one: Evaluated, main: Evaluated, settings: _Settings) -> Measures:
    target, nontarget = one.scored.target, one.scored.nontarget
    priors = settings.p_targets
    point = eer(target, nontarget)
    rate, warning = Estimate(point.value), ""
    costs = {p: Estimate(min_dcf(target, nontarget, p_target=p).value) for p in priors}
    if one.scored.speakers is not None:
        intervals = speaker_bootstrap(
            one.scored.scores,
            one.scored.is_target,
            *one.scored.speakers,
            p_targets=priors,
            num_replicates=settings.num_replicates,
            seed=settings.seed,
        )
        rate, warning = _estimate(intervals.eer), intervals.warning
        costs = {p: _estimate(intervals.min_dcf[p]) for p in priors}
    return Measures(
        system=one.file.system,
        normalization=one.file.normalization,
        label=one.scored.label,
        eer=rate,
        min_dcf=costs,
        threshold=point.threshold,
        difference=_difference(one, main, settings),
        act_dcf={p: act_dcf(target, nontarget, p_target=p) for p in priors} if one.is_ratio else {},
        cllr=cllr(target, nontarget) if one.is_ratio else None,
        min_cllr=min_cllr(target, nontarget),
        warning=warning,
    )


def _difference(one: Evaluated, main: Evaluated, settings: _Settings) -> Estimate | None:
    if one is main or one.scored.speakers is None:
        return None
    paired = paired_bootstrap(
        one.scored.scores,
        main.scored.scores,
        one.scored.is_target,
        *one.scored.speakers,
        p_targets=settings.p_targets,
        num_replicates=settings.num_replicates,
        seed=settings.seed,
    )
    return _estimate(paired.eer)


def _estimate(interval: Interval) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)
