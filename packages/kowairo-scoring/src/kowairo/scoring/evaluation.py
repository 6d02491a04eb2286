"""Result rows: one system's error rates on one trial list, by condition, and against a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import Corpus, InputError, Scores, Trials
from kowairo.scoring.bootstrap import BootstrapIntervals, Interval, paired_bootstrap, speaker_bootstrap
from kowairo.scoring.conditions import DURATION_EDGES_S, trial_conditions
from kowairo.scoring.metrics import act_dcf, cllr, eer, min_cllr
from kowairo.scoring.trial_scores import align_scores

ResultRow = dict[str, str | int | float | None]
"""One line of a results file; error rates are fractions, never percent."""

P_TARGETS = (0.01, 0.05)
"""Target priors whose minDCF every result row holds."""


@dataclass(frozen=True)
class ResultLabels:
    """What a result row is about."""

    system: str
    """Name of the system, e.g. "ecapa"."""
    set: str
    """Name of the evaluated set, e.g. "test"."""
    trials: str
    """Name of the trial list, e.g. "trials_same_actor"."""
    normalization: str = "none"
    """Name of the score normalisation."""


def evaluate(
    scores: Scores,
    trials: Trials,
    utt2spk: Mapping[str, str],
    *,
    labels: ResultLabels,
    num_replicates: int = 1000,
    seed: int = 0,
) -> ResultRow:
    """Measure EER and minDCF of a trial list with 95 % speaker-bootstrap intervals.

    Args:
        scores: A score for every trial, in any order.
        trials: The trials.
        utt2spk: Speaker of every utterance in them.
        labels: Names for the row.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        The row: the labels, ``condition`` "all", ``num_target``, ``num_nontarget``, ``num_speakers``,
        ``eer``, ``min_dcf_0.01``, ``min_dcf_0.05``, each with ``_low`` and ``_high``, ``threshold`` (of the
        EER) and ``warning``.

    Raises:
        InputError: A score or a speaker is missing, a label contradicts the speakers, or there are fewer
            than 2 targets or no non-targets.
    """
    everything = np.ones(len(trials.target), dtype=np.bool_)
    values = align_scores(scores, trials)
    return _row(values, trials, utt2spk, everything, "all", labels, num_replicates=num_replicates, seed=seed)


def evaluate_conditions(
    scores: Scores,
    trials: Trials,
    corpus: Corpus,
    *,
    labels: ResultLabels,
    duration_edges_s: Sequence[float] = DURATION_EDGES_S,
    num_replicates: int = 1000,
    seed: int = 0,
) -> list[ResultRow]:
    """Measure each condition of ``trial_conditions`` that has 2 targets or more, and non-targets.

    Args:
        scores: A score for every trial, in any order.
        trials: The trials.
        corpus: Tables of the trials' utterances.
        labels: Names for the rows.
        duration_edges_s: Borders of the duration buckets, seconds.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        Rows as of ``evaluate``: "all" first, then the conditions in their own order.

    Raises:
        InputError: As in ``evaluate``.
    """
    values = align_scores(scores, trials)
    masks = {"all": np.ones(len(trials.target), dtype=np.bool_)}
    masks |= trial_conditions(trials, corpus, duration_edges_s=duration_edges_s)
    return [
        _row(values, trials, corpus.utt2spk, mask, name, labels, num_replicates=num_replicates, seed=seed)
        for name, mask in masks.items()
        if name == "all" or _has_both_kinds(trials.target[mask])
    ]


def compare(
    scores: Scores,
    reference_scores: Scores,
    trials: Trials,
    utt2spk: Mapping[str, str],
    *,
    labels: ResultLabels,
    reference: str,
    num_replicates: int = 1000,
    seed: int = 0,
) -> ResultRow:
    """Compare a system with a reference on the same trials by the paired speaker bootstrap.

    Args:
        scores: The system's scores.
        reference_scores: The reference's scores.
        trials: The trials.
        utt2spk: Speaker of every utterance in them.
        labels: Names for the row.
        reference: Name of the reference system.
        num_replicates: Bootstrap replicates.
        seed: Seed of the bootstrap.

    Returns:
        The row: the labels, ``reference``, ``eer``, ``reference_eer``, ``difference`` (system minus
        reference: below 0 is better) with ``_low`` and ``_high``, ``p_value`` of it, ``relative``
        (difference over reference; None if that is 0), the same differences of minDCF under
        ``min_dcf_<p>_difference`` and their ``min_dcf_<p>_p_value``, ``num_speakers``, ``warning``.

    Raises:
        InputError: As in ``evaluate``.
    """
    values, reference_values = align_scores(scores, trials), align_scores(reference_scores, trials)
    sides = _speakers(trials, utt2spk)
    intervals = paired_bootstrap(
        values,
        reference_values,
        trials.target,
        *sides,
        p_targets=P_TARGETS,
        num_replicates=num_replicates,
        seed=seed,
    )
    reference_eer = eer(reference_values[trials.target], reference_values[~trials.target]).value
    row: ResultRow = {
        "system": labels.system,
        "reference": reference,
        "set": labels.set,
        "trials": labels.trials,
        "normalization": labels.normalization,
        "eer": eer(values[trials.target], values[~trials.target]).value,
        "reference_eer": reference_eer,
        **_columns("difference", intervals.eer),
        "p_value": intervals.eer_p_value,
        "relative": intervals.eer.value / reference_eer if reference_eer else None,
    }
    for p_target, interval in intervals.min_dcf.items():
        row |= _columns(f"min_dcf_{p_target:g}_difference", interval)
        row[f"min_dcf_{p_target:g}_p_value"] = intervals.min_dcf_p_value[p_target]
    return row | {"num_speakers": intervals.num_speakers, "warning": intervals.warning}


def llr_metrics(scores: Scores, trials: Trials) -> ResultRow:
    """Measure log-likelihood ratios: what they cost as they are, and how much of it is bad calibration.

    Args:
        scores: A log-likelihood ratio (natural) for every trial, in any order.
        trials: The trials.

    Returns:
        ``cllr``, ``min_cllr``, ``act_dcf_0.01`` and ``act_dcf_0.05``, to be added to a row of ``evaluate``.

    Raises:
        InputError: A score is missing, or there are fewer than 2 targets or no non-targets.
    """
    values = align_scores(scores, trials)
    sides = values[trials.target], values[~trials.target]
    row: ResultRow = {"cllr": cllr(*sides), "min_cllr": min_cllr(*sides)}
    return row | {f"act_dcf_{p_target:g}": act_dcf(*sides, p_target=p_target) for p_target in P_TARGETS}


def _row(
    values: NDArray[np.float64],
    trials: Trials,
    utt2spk: Mapping[str, str],
    mask: NDArray[np.bool_],
    condition: str,
    labels: ResultLabels,
    *,
    num_replicates: int,
    seed: int,
) -> ResultRow:
    """Measure the chosen trials."""
    chosen = np.flatnonzero(mask)
    part = trials if mask.all() else _part(trials, chosen)
    target = part.target
    if not _has_both_kinds(target):
        raise InputError(
            "expected 2 target trials or more, and non-target trials, "
            f"got {target.sum()} and {(~target).sum()} ({condition})"
        )
    intervals = speaker_bootstrap(
        values[chosen],
        target,
        *_speakers(part, utt2spk),
        p_targets=P_TARGETS,
        num_replicates=num_replicates,
        seed=seed,
    )
    row: ResultRow = {
        "system": labels.system,
        "set": labels.set,
        "trials": labels.trials,
        "normalization": labels.normalization,
        "condition": condition,
        "num_target": int(target.sum()),
        "num_nontarget": int((~target).sum()),
        "num_speakers": intervals.num_speakers,
    }
    threshold = eer(values[chosen][target], values[chosen][~target]).threshold
    return row | _metric_columns(intervals) | {"threshold": threshold, "warning": intervals.warning}


def _part(trials: Trials, chosen: NDArray[np.int64]) -> Trials:
    """Keep the trials of these numbers."""
    rows = chosen.tolist()
    return Trials([trials.enroll[i] for i in rows], [trials.test[i] for i in rows], trials.target[chosen])


def _has_both_kinds(target: NDArray[np.bool_]) -> bool:
    """Tell whether error rates can be measured."""
    return int(target.sum()) >= 2 and not bool(target.all())


def _metric_columns(intervals: BootstrapIntervals) -> ResultRow:
    """Columns of the EER and of each minDCF."""
    row = _columns("eer", intervals.eer)
    for p_target, interval in intervals.min_dcf.items():
        row |= _columns(f"min_dcf_{p_target:g}", interval)
    return row


def _columns(name: str, interval: Interval) -> ResultRow:
    """A figure and its bounds as columns."""
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _speakers(trials: Trials, utt2spk: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Speakers of both sides of every trial."""
    unknown = [utt for utt in (*trials.enroll, *trials.test) if utt not in utt2spk]
    if unknown:
        raise InputError(f"no speaker for {len(unknown)} trial sides in utt2spk, the first is {unknown[0]!r}")
    return [utt2spk[utt] for utt in trials.enroll], [utt2spk[utt] for utt in trials.test]
