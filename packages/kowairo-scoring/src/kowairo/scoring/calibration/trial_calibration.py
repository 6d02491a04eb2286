"""Calibration of score lists: trials and systems are matched by their ids, never by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, Scores, Trials
from kowairo.scoring.calibration.base import Calibrator
from kowairo.scoring.calibration.qmf import QMF
from kowairo.scoring.calibration.quality import QualityTables
from kowairo.scoring.calibration.speakers import check_calibration_speakers, trial_speakers
from kowairo.scoring.trial_scores import align_scores

_Kind = TypeVar("_Kind", bound=Calibrator)


def system_columns(systems: Sequence[Scores], trials: Trials) -> NDArray[np.float64]:
    """Scores of several systems in the order of the trials.

    Args:
        systems: One score list per system, each in any order, with at least the trials.
        trials: The trials.

    Returns:
        (trial, system) float64.

    Raises:
        InputError: No system is given, or one lacks a trial or scores it twice with different values.
    """
    if not systems:
        raise InputError("expected the scores of one system or more, got none")
    return np.column_stack([align_scores(scores, trials) for scores in systems])


def fit_calibrator(
    calibrator: _Kind,
    systems: Sequence[Scores],
    trials: Trials,
    *,
    prior: float = 0.5,
    qualities: QualityTables | None = None,
    utt2spk: Mapping[str, str] | None = None,
) -> _Kind:
    """Fit a calibrator of any kind on a labelled trial list.

    Args:
        calibrator: What to fit.
        systems: One score list per system: several for ``Fusion``, one for all others.
        trials: Labelled trials. Whose voices may be in them: ``check_calibration_speakers``.
        prior: Prior of a target at which the result shall be best.
        qualities: Quality tables, for ``QMF`` only.
        utt2spk: Speakers of the trials, to be remembered: ``calibrate_scores`` then refuses theirs.

    Returns:
        The calibrator, fitted.

    Raises:
        InputError: A trial compares an utterance with itself (its score says nothing about voices), an
            utterance is not in ``utt2spk``, or as in ``system_columns`` and ``Calibrator.fit``.
    """
    same = next((a for a, b in zip(trials.enroll, trials.test, strict=True) if a == b), None)
    if same is not None:
        raise InputError(f"the trial {same} {same} compares an utterance with itself; take it out")
    evidence = _evidence(calibrator, systems, trials, qualities)
    speakers = () if utt2spk is None else tuple(sorted(trial_speakers(trials, utt2spk)))
    fitted = calibrator.fit(evidence, trials.target, prior=prior)
    fitted.speakers_ = speakers
    return fitted


def calibrate_scores(
    calibrator: Calibrator,
    systems: Sequence[Scores],
    *,
    qualities: QualityTables | None = None,
    utt2spk: Mapping[str, str] | None = None,
) -> Scores:
    """Apply a fitted calibrator to score lists.

    Args:
        calibrator: A fitted calibrator.
        systems: One score list per system, in the order of the fit.
        qualities: Quality tables, for ``QMF`` only.
        utt2spk: Speakers of the scored trials: with it, those that the calibrator was fitted on are refused.

    Returns:
        Log-likelihood ratios of the first system's trials, in its order.

    Raises:
        InputError: A speaker is shared with the calibration trials, or as in ``system_columns`` and
            ``Calibrator.transform``.
    """
    if not systems:
        raise InputError("expected the scores of one system or more, got none")
    first = systems[0]
    # The join goes by the ids alone, a label is only part of the form.
    pairs = Trials(first.enroll, first.test, np.zeros(len(first), dtype=np.bool_))
    if utt2spk is not None:
        check_calibration_speakers(calibrator.speakers_, test=trial_speakers(pairs, utt2spk))
    llrs = calibrator.transform(_evidence(calibrator, systems, pairs, qualities))
    return Scores(first.enroll, first.test, llrs)


def _evidence(
    calibrator: Calibrator, systems: Sequence[Scores], trials: Trials, qualities: QualityTables | None
) -> NDArray[np.float64]:
    """(trial, column) of what the calibrator reads."""
    columns = system_columns(systems, trials)
    if not isinstance(calibrator, QMF):
        if qualities is not None:
            raise InputError(f"{type(calibrator).__name__} reads no quality tables; take QMF")
        return columns
    if qualities is None or columns.shape[1] != 1:
        raise InputError("QMF needs the scores of one system and its quality tables")
    return calibrator.columns(Scores(trials.enroll, trials.test, columns[:, 0]), qualities)
