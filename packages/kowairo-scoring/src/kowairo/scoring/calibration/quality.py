"""Quality measures of utterances: what tells how far a trial's score can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.scoring._checks import as_matrix, as_scores
from kowairo.scoring.normalization.cohort_statistics import CohortStatistics

QualityMeasure = Literal["duration_s", "magnitude", "cohort_mean"]
"""``duration_s``: length of the utterance in seconds; ``magnitude``: length of its raw embedding;
``cohort_mean``: its mean score against a normalisation cohort."""

MEASURES: tuple[QualityMeasure, ...] = get_args(QualityMeasure)
"""All measures in their order."""

QualityTables = Mapping[QualityMeasure, Mapping[str, float]]
"""Value of each measure by utterance id."""

MAX_DURATION_S = 20.0
"""Longer utterances count as this long: speech beyond it adds little to an embedding."""


def read_durations(utt2dur: Mapping[str, str]) -> dict[str, float]:
    """Read the table utt2dur as the measure ``duration_s``.

    Args:
        utt2dur: Seconds by utterance id, as text.

    Returns:
        Seconds by utterance id.

    Raises:
        InputError: A value is no positive finite number.
    """
    return {utt: _positive(utt, text) for utt, text in utt2dur.items()}


def _positive(utt: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0.0 < value < np.inf:
        raise InputError(f"utt2dur: expected seconds above 0 for {utt}, got {text!r}")
    return value


def embedding_magnitudes(embeddings: EmbeddingSet, *, mean: ArrayLike | None = None) -> dict[str, float]:
    """Measure ``magnitude``: Euclidean length of every embedding, which margin losses tie to quality.

    Args:
        embeddings: Raw embeddings, not yet length-normalised.
        mean: (dim,) subtracted first, if the back-end does so; None = nothing.

    Returns:
        Length by utterance id.

    Raises:
        InputError: An embedding is not finite, or the mean has another dimension.
    """
    vectors = as_matrix(embeddings.vectors, name="embeddings")
    if mean is not None:
        centre = np.asarray(mean, dtype=np.float64)
        if centre.shape != (embeddings.dim,):
            raise InputError(f"expected a mean ({embeddings.dim},), got shape {centre.shape}")
        vectors = vectors - centre
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    return dict(zip(embeddings.utts, lengths.tolist(), strict=True))


def cohort_means(statistics: CohortStatistics) -> dict[str, float]:
    """Measure ``cohort_mean``: how much an utterance sounds like everybody.

    Args:
        statistics: Those of the normaliser in use, so that live utterances are measured alike.

    Returns:
        Mean cohort score by utterance id.
    """
    return dict(zip(statistics.utts, statistics.mean.tolist(), strict=True))


def quality_names(measures: Sequence[QualityMeasure]) -> list[str]:
    """Names of the columns of ``quality_columns``: score, then <measure>_low and <measure>_high."""
    return ["score", *(f"{measure}_{side}" for measure in measures for side in ("low", "high"))]


def quality_columns(
    scores: Scores, qualities: QualityTables, *, measures: Sequence[QualityMeasure] = MEASURES
) -> NDArray[np.float64]:
    """Score and quality of every trial, symmetric in its two sides.

    Per measure: the lower and the higher value of the two sides. Durations (at most 20 s) and magnitudes
    enter by their natural logarithm, so that their ratio is within reach of a linear map; cohort means
    may be negative and enter as they are.

    Args:
        scores: The trials and their scores.
        qualities: Per measure its value of every utterance in the trials.
        measures: Which measures to use, in this order.

    Returns:
        (trial, 1 + 2 * measure) float64, columns as of ``quality_names``.

    Raises:
        InputError: A measure is unknown or has no table, or an utterance's value is missing, not finite,
            or not above 0 where the logarithm is taken.

    Source: J. Thienpondt, B. Desplanques and K. Demuynck, 2021 (duration, magnitude, cohort means by
    minimum and maximum). WeSpeaker adds difference and ratio of the two sides: the first is a
    combination of columns already there, the second has no meaning where a cohort mean crosses 0.
    """
    columns = [as_scores(scores.values, name="trial")]
    for measure in check_measures(measures):
        if measure not in qualities:
            raise InputError(f"no table of the quality measure {measure}")
        sides = [_side(utts, qualities[measure], measure) for utts in (scores.enroll, scores.test)]
        columns += [np.minimum(*sides), np.maximum(*sides)]
    return np.column_stack(columns)


def check_measures(measures: Sequence[QualityMeasure]) -> Sequence[QualityMeasure]:
    """Return the measures, or say which one is unknown or named twice."""
    if unknown := [measure for measure in measures if measure not in MEASURES]:
        raise InputError(f"quality measure {unknown[0]!r} is none of {', '.join(MEASURES)}")
    if not measures or len(set(measures)) != len(measures):
        raise InputError(f"expected one or more quality measures, each once, got {list(measures)}")
    return measures


def _side(utts: Sequence[str], table: Mapping[str, float], measure: QualityMeasure) -> NDArray[np.float64]:
    """Values of one side of every trial, on the scale on which they are used."""
    if missing := next((utt for utt in utts if utt not in table), None):
        raise InputError(f"no {measure} of utterance {missing!r}")
    values = np.fromiter((table[utt] for utt in utts), dtype=np.float64, count=len(utts))
    usable = np.isfinite(values) & ((measure == "cohort_mean") | (values > 0))
    if not usable.all():
        first = int(np.flatnonzero(~usable)[0])
        raise InputError(f"unusable {measure} {values[first]} of utterance {utts[first]!r}")
    if measure == "duration_s":
        values = np.minimum(values, MAX_DURATION_S)
    return values if measure == "cohort_mean" else np.log(values)
