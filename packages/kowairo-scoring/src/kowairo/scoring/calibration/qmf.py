"""Calibration that takes the quality of both sides of a trial into account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError, Scores
from kowairo.scoring.calibration._logistic_regression import fit_logistic
from kowairo.scoring.calibration._training import as_columns, as_labels, check_prior
from kowairo.scoring.calibration.base import Calibrator, require_fitted
from kowairo.scoring.calibration.quality import (
    MEASURES,
    QualityMeasure,
    QualityTables,
    check_measures,
    quality_columns,
    quality_names,
)


class QMF(Calibrator):
    """Quality measure functions: ``llr = w_0 * score + sum_k w_k * quality_k + offset``.

    ``fit`` and ``transform`` take the columns that ``columns`` makes of scores and quality tables.
    Columns are standardised for the fit (``fit_logistic``); the kept weights belong to the columns as
    given. Unlike the other kinds it changes the order of trials, hence EER and minDCF.

    Source: M. I. Mandasari et al., 2013 (quality measure functions); J. Thienpondt et al., 2021, for
    the measures. Unlike ESPnet's, the output is a log-likelihood ratio, which does not saturate, and
    unlike WeSpeaker's the columns are standardised.

    Args:
        measures: Measures used beside the score.
        ridge: Weight of the squared standardised weights in the loss, above 0.

    Attributes:
        weights_: (1 + 2 * measure,) nats per unit of each column of ``quality_names(measures)``.
        offset_: Nats where all columns are 0.
    """

    options: ClassVar[tuple[str, ...]] = ("measures", "ridge")
    learned: ClassVar[tuple[str, ...]] = ("weights_", "offset_")

    weights_: NDArray[np.float64]
    offset_: float

    def __init__(self, *, measures: Sequence[QualityMeasure] = MEASURES, ridge: float = 1e-6) -> None:
        self.measures = list(measures)
        self.ridge = ridge

    def columns(self, scores: Scores, qualities: QualityTables) -> NDArray[np.float64]:
        """Score and quality of every trial: (trial, 1 + 2 * measure); see ``quality_columns``."""
        return quality_columns(scores, qualities, measures=self.measures)

    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn weights and offset from the (trial, column) of ``columns``; see ``Calibrator.fit``.

        Raises:
            InputError: As in ``Calibrator.fit``, the ridge is not above 0, a measure is unknown, or the
                number of columns does not fit the measures.
        """
        names = quality_names(check_measures(self.measures))
        columns = as_columns(scores)
        if columns.shape[1] != len(names):
            raise InputError(f"expected the columns {', '.join(names)}, got {columns.shape[1]} columns")
        labels = as_labels(target, expected=len(columns))
        check_prior(prior)
        self.weights_, self.offset_ = fit_logistic(columns, labels, prior=prior, ridge=self.ridge)
        self.prior_ = prior
        return self

    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map the (trial, column) of ``columns`` to log-likelihood ratios; see ``Calibrator.transform``."""
        require_fitted(self)
        return as_columns(scores, expected=len(self.weights_)) @ self.weights_ + self.offset_
