"""Closed-set classification: confusion counts, accuracy, macro precision, recall and F1, top-k accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics._ranks import own_ranks


@dataclass(frozen=True)
class ClosedSetMetrics:
    """How well a known set of speakers was told apart; fractions in [0, 1]."""

    accuracy: float
    """Share of utterances given their own speaker."""
    macro_precision: float
    """Mean over speakers of (correct / predicted as the speaker)."""
    macro_recall: float
    """Mean over speakers of (correct / spoken by the speaker)."""
    macro_f1: float
    """Mean over speakers of the harmonic mean of the two; not the harmonic mean of the two means."""


def confusion_matrix(labels: ArrayLike, predictions: ArrayLike, *, num_classes: int) -> NDArray[np.int64]:
    """Count how often each speaker was taken for each.

    Args:
        labels: (n,) int, true speaker in 0..num_classes-1.
        predictions: (n,) int, predicted speaker.
        num_classes: Number of speakers.

    Returns:
        (speaker, speaker) int64: row = true, column = predicted.

    Raises:
        InputError: The lengths differ, or a number is out of range.
    """
    true, predicted = _checked(labels, predictions, num_classes)
    counts = np.bincount(true * num_classes + predicted, minlength=num_classes * num_classes)
    return counts.astype(np.int64).reshape(num_classes, num_classes)


def closed_set_metrics(confusion: ArrayLike) -> ClosedSetMetrics:
    """Accuracy and macro averages of a confusion matrix.

    A speaker that never occurs, neither as a label nor as a prediction, is left out of the averages;
    a speaker that was never predicted has precision 0, one without utterances recall 0, and F1 0.

    Args:
        confusion: (speaker, speaker) counts, row = true.

    Returns:
        The four figures.

    Raises:
        InputError: The matrix is not square, holds a negative count, or no utterance.
    """
    counts = np.asarray(confusion)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise InputError(f"expected square counts (speaker, speaker) of 0 or more, got shape {counts.shape}")
    if counts.sum() == 0:
        raise InputError("expected at least one classified utterance, got an empty confusion matrix")
    return _metrics(counts.sum(axis=1), counts.sum(axis=0), np.diag(counts))


def closed_set_metrics_of(labels: ArrayLike, predictions: ArrayLike, *, num_classes: int) -> ClosedSetMetrics:
    """As `closed_set_metrics`, without a matrix of all pairs of speakers: that of 7,000 takes 0.4 GB.

    Args:
        labels: (n,) int, true speaker in 0..num_classes-1.
        predictions: (n,) int, predicted speaker.
        num_classes: Number of speakers.

    Returns:
        The four figures.

    Raises:
        InputError: The lengths differ, a number is out of range, or there is no utterance.
    """
    true, predicted = _checked(labels, predictions, num_classes)
    if not len(true):
        raise InputError("expected at least one classified utterance, got none")
    counts = [np.bincount(of, minlength=num_classes) for of in (true, predicted, true[true == predicted])]
    return _metrics(*counts)


def _checked(
    labels: ArrayLike, predictions: ArrayLike, num_classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    true, predicted = np.asarray(labels, dtype=np.int64), np.asarray(predictions, dtype=np.int64)
    if true.ndim != 1 or true.shape != predicted.shape:
        raise InputError(f"expected labels and predictions (n,), got {true.shape} and {predicted.shape}")
    both = np.concatenate([true, predicted])
    if both.size and not (both.min() >= 0 and both.max() < num_classes):
        raise InputError(f"expected speakers in 0..{num_classes - 1}, got {both.min()}..{both.max()}")
    return true, predicted


def _metrics(
    spoken: NDArray[np.int64], predicted: NDArray[np.int64], correct: NDArray[np.int64]
) -> ClosedSetMetrics:
    present = (spoken + predicted) > 0
    precision = _ratio(correct, predicted)[present]
    recall = _ratio(correct, spoken)[present]
    f1 = _ratio(2 * correct, spoken + predicted)[present]
    return ClosedSetMetrics(
        accuracy=float(correct.sum() / spoken.sum()),
        macro_precision=float(precision.mean()),
        macro_recall=float(recall.mean()),
        macro_f1=float(f1.mean()),
    )


def top_k_accuracy(scores: ArrayLike, labels: ArrayLike, *, ks: Sequence[int] = (1, 5)) -> dict[int, float]:
    """Share of utterances whose own speaker is among the k best.

    A speaker with the same score counts as better, so that a constant scorer is right only where k is
    the number of speakers.

    Args:
        scores: (utterance, speaker) score of every utterance with every speaker, finite.
        labels: (utterance,) int, column of the utterance's speaker.
        ks: Lengths of the list.

    Returns:
        Accuracy by k, fractions.

    Raises:
        InputError: Shapes differ, a score is not finite, a label is out of range, or a k is below 1.
    """
    if any(k < 1 for k in ks):
        raise InputError(f"expected lists of 1 or more speakers, got {list(ks)}")
    _, _, ranks = own_ranks(scores, labels)
    return {k: float(np.mean(ranks <= k)) for k in ks}


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide, with 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
