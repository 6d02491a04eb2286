"""Open-set identification: who of the enrolled speakers is it, or nobody of them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics._ranks import own_ranks

UNKNOWN = -1
"""Label of a probe whose speaker is not enrolled."""


@dataclass(frozen=True)
class OpenSetRates:
    """Identification errors at every threshold where either can change."""

    threshold: NDArray[np.float64]
    """(point,) ascending scores, then infinity. A candidate is returned at or above it."""
    fnir: NDArray[np.float64]
    """(point,) false-negative identification rate, rising to 1."""
    fpir: NDArray[np.float64]
    """(point,) false-positive identification rate, falling to 0."""


def open_set_rates(scores: ArrayLike, labels: ArrayLike, *, rank: int = 1) -> OpenSetRates:
    """Error rates of open-set identification.

    A known probe is missed where its own speaker scores below the threshold or is not among the ``rank``
    best; an unknown probe raises an alarm where any speaker scores at or above it. A speaker with the
    same score counts as better, so that a constant scorer identifies nobody.

    Args:
        scores: (probe, speaker) score of every probe with every enrolled speaker, finite.
        labels: (probe,) int, column of the probe's speaker; -1 if that speaker is not enrolled.
        rank: Length of the list of candidates in which the own speaker must be.

    Returns:
        Rates at ascending thresholds.

    Raises:
        InputError: Shapes differ, a score is not finite, a label is out of range, there are no known or no
            unknown probes, or ``rank`` is below 1.

    Source: P. Grother et al., 2019 (FNIR and FPIR of one-to-many search).
    """
    if rank < 1:
        raise InputError(f"expected a rank of 1 or more, got {rank}")
    matrix, known, ranks = own_ranks(scores, labels, unknown=UNKNOWN)
    if not known.any() or known.all():
        raise InputError(f"expected known and unknown probes, got {known.sum()} and {(~known).sum()}")
    best_unknown = np.sort(matrix[~known].max(axis=1))
    own = matrix[known, np.asarray(labels)[known]]
    found = np.sort(own[ranks <= rank])  # the others are missed at any threshold
    threshold = np.append(np.unique(np.concatenate([found, best_unknown])), np.inf)
    hits = found.size - np.searchsorted(found, threshold, side="left")
    alarms = best_unknown.size - np.searchsorted(best_unknown, threshold, side="left")
    return OpenSetRates(threshold, 1.0 - hits / own.size, alarms / best_unknown.size)


def fnir_at_fpir(rates: OpenSetRates, *, fpir: float) -> float:
    """Lowest false-negative rate that keeps the false-positive rate at or below ``fpir``.

    Args:
        rates: Of ``open_set_rates``.
        fpir: Allowed false-positive identification rate in [0, 1].

    Returns:
        The rate, a fraction.

    Raises:
        InputError: ``fpir`` is not in [0, 1].
    """
    if not 0.0 <= fpir <= 1.0:
        raise InputError(f"expected a rate in [0, 1], got {fpir}")
    return float(rates.fnir[rates.fpir <= fpir][0])  # the threshold of infinity always qualifies
