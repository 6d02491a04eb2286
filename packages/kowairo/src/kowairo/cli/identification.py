"""Command `kowairo metrics identification`."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.core import InputError, Scores, Trials, write_json
from kowairo.scoring import (
    align_scores,
    closed_set_metrics,
    confusion_matrix,
    fnir_at_fpir,
    open_set_rates,
    top_k_accuracy,
)


def identification(
    *,
    scores: Path,
    trials: Path,
    nontarget_trials: Path | None = None,
    out: Path | None = None,
    ranks: list[int] | None = None,
    fpirs: list[float] | None = None,
) -> None:
    """Measure who-is-it on scores of every test utterance with every enrolled speaker.

    Probes whose speaker is enrolled give top-k accuracy, macro precision, recall and F1; if there are others
    too, open-set rates follow: misses (FNIR) at given rates of false alarms (FPIR).

    Args:
        scores: Score file of all pairs of an enrolment and a test.
        trials: Trial list; its enrolment side names one model or utterance per speaker.
        nontarget_trials: Its non-targets if it comes as two files.
        out: Results file (JSON).
        ranks: Lengths of the list that the own speaker must be in; 1 and 5 by default.
        fpirs: False-positive identification rates; 0.01 and 0.1 by default.
    """
    found, listed = read_scored_trials(scores, trials, nontarget_trials)
    with blaming(trials):
        matrix, labels = _square(found, listed)
        known = labels >= 0
        figures: dict[str, float | int] = {
            "num_speakers": matrix.shape[1],
            "num_known": int(known.sum()),
            "num_unknown": int((~known).sum()),
        }
        if known.any():
            figures |= _closed_set(matrix[known], labels[known], ranks or [1, 5])
        if known.any() and not known.all():
            rates = open_set_rates(matrix, labels)
            figures |= {
                f"fnir_at_fpir_{fpir:g}": fnir_at_fpir(rates, fpir=fpir) for fpir in fpirs or [0.01, 0.1]
            }
    if out is not None:
        write_json(out, figures)
    for name, value in figures.items():
        print(f"{name}: {value}" if isinstance(value, int) else f"{name}: {100 * value:.2f} %")


def _square(scores: Scores, trials: Trials) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(probe, speaker) scores, and each probe's column, -1 where its speaker is not enrolled."""
    speakers = {name: column for column, name in enumerate(dict.fromkeys(trials.enroll))}
    probes = {name: row for row, name in enumerate(dict.fromkeys(trials.test))}
    rows = np.array([probes[name] for name in trials.test])
    columns = np.array([speakers[name] for name in trials.enroll])
    matrix = np.full((len(probes), len(speakers)), np.nan)
    matrix[rows, columns] = align_scores(scores, trials)
    if np.isnan(matrix).any():
        row, column = np.argwhere(np.isnan(matrix))[0]
        probe, speaker = list(probes)[row], list(speakers)[column]
        raise InputError(
            f"identification needs every test against every enrolment, there is no trial {speaker} {probe}"
        )
    labels = np.full(len(probes), -1, dtype=np.int64)
    target = trials.target
    if len(set(rows[target].tolist())) < int(target.sum()):
        raise InputError(
            "a test has several target enrolments; enrol one model per speaker (kowairo score --spk2enroll)"
        )
    labels[rows[target]] = columns[target]
    return matrix, labels


def _closed_set(
    matrix: NDArray[np.float64], labels: NDArray[np.int64], ranks: list[int]
) -> dict[str, float | int]:
    figures: dict[str, float | int] = {
        f"top_{rank}_accuracy": accuracy
        for rank, accuracy in top_k_accuracy(matrix, labels, ks=ranks).items()
    }
    confusion = confusion_matrix(labels, matrix.argmax(axis=1), num_classes=matrix.shape[1])
    closed = closed_set_metrics(confusion)
    return figures | {
        "macro_precision": closed.macro_precision,
        "macro_recall": closed.macro_recall,
        "macro_f1": closed.macro_f1,
    }
