"""Figures of identification from the scores of a trial list: who of the enrolled speakers is it?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, Scores, Trials
from kowairo.scoring.closed_set import closed_set_metrics, confusion_matrix, top_k_accuracy
from kowairo.scoring.metrics.open_set import UNKNOWN, fnir_at_fpir, open_set_rates
from kowairo.scoring.trial_scores import align_scores


def identification_matrix(
    scores: Scores, trials: Trials
) -> tuple[NDArray[np.float64], NDArray[np.int64], list[str], list[str]]:
    """Arrange the scores of a list by test and enrolment.

    Args:
        scores: A score for every trial, in any order.
        trials: Every test (probe) against every enrolment, one enrolment per speaker; a probe without a
            target trial is of a speaker who is not enrolled.

    Returns:
        (probe, speaker) scores, (probe,) column of each probe's speaker or -1, the probes' ids and the
        enrolments' ids.

    Raises:
        InputError: A score or a pair is missing, or a probe has several target enrolments.
    """
    speakers = {name: column for column, name in enumerate(dict.fromkeys(trials.enroll))}
    probes = {name: row for row, name in enumerate(dict.fromkeys(trials.test))}
    rows = np.array([probes[name] for name in trials.test], dtype=np.int64)
    columns = np.array([speakers[name] for name in trials.enroll], dtype=np.int64)
    matrix = np.full((len(probes), len(speakers)), np.nan)
    matrix[rows, columns] = align_scores(scores, trials)
    if np.isnan(matrix).any():
        row, column = np.argwhere(np.isnan(matrix))[0]
        raise InputError(
            "identification needs every test against every enrolment, there is no trial "
            f"{list(speakers)[column]} {list(probes)[row]}"
        )
    own_rows, own_columns = rows[trials.target], columns[trials.target]
    if len(set(own_rows.tolist())) < len(set(zip(own_rows.tolist(), own_columns.tolist(), strict=True))):
        raise InputError("a test has several target enrolments; enrol one model per speaker (spk2enroll)")
    labels = np.full(len(probes), UNKNOWN, dtype=np.int64)
    labels[own_rows] = own_columns
    return matrix, labels, list(probes), list(speakers)


def identification_metrics(
    scores: Scores, trials: Trials, *, ranks: Sequence[int] = (1, 5), fpirs: Sequence[float] = (0.01, 0.1)
) -> dict[str, float | int]:
    """Measure closed-set identification, and open-set where there are probes of unknown speakers.

    Args:
        scores: A score for every trial, in any order.
        trials: As of ``identification_matrix``.
        ranks: Lengths of the list of candidates that the own speaker must be in.
        fpirs: False-positive identification rates at which FNIR is wanted.

    Returns:
        ``num_speakers``, ``num_known``, ``num_unknown``; with known probes ``top_<k>_accuracy``,
        ``macro_precision``, ``macro_recall`` and ``macro_f1`` of these; with known and unknown ones
        ``fnir_at_fpir_<rate>``. Fractions.

    Raises:
        InputError: As in ``identification_matrix``, or a rank or rate is out of range.
    """
    matrix, labels, _, speakers = identification_matrix(scores, trials)
    known = labels != UNKNOWN
    figures: dict[str, float | int] = {
        "num_speakers": len(speakers),
        "num_known": int(known.sum()),
        "num_unknown": int((~known).sum()),
    }
    if known.any():
        best = matrix[known].argmax(axis=1)
        closed = closed_set_metrics(confusion_matrix(labels[known], best, num_classes=len(speakers)))
        accuracies = top_k_accuracy(matrix[known], labels[known], ks=ranks)
        figures |= {f"top_{rank}_accuracy": accuracy for rank, accuracy in accuracies.items()}
        figures["macro_precision"] = closed.macro_precision
        figures["macro_recall"] = closed.macro_recall
        figures["macro_f1"] = closed.macro_f1
    if known.any() and not known.all():
        rates = open_set_rates(matrix, labels)
        figures |= {f"fnir_at_fpir_{fpir:g}": fnir_at_fpir(rates, fpir=fpir) for fpir in fpirs}
    return figures
