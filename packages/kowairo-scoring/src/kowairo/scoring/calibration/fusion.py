"""Fusion of several systems into one log-likelihood ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.calibration._logistic_regression import fit_logistic
from kowairo.scoring.calibration._training import as_columns, as_labels, check_prior
from kowairo.scoring.calibration.base import Calibrator, require_fitted


class Fusion(Calibrator):
    """``llr = sum_k weight_k * score_k + offset``, fitted by prior-weighted logistic regression.

    The columns are standardised for the fit, so that one ridge suits scores of any range; the weights
    that are kept belong to the scores as given. A column that is constant gets weight 0.

    Source: S. Pigeon et al., 2000 (logistic fusion of speaker verification); N. Brümmer et al., 2007
    (prior-weighted, output as a likelihood ratio). The ridge is ours: without one, two nearly equal
    systems get huge opposite weights.

    Args:
        names: Names of the systems, one per column; None = they have none.
        ridge: Weight of the squared standardised weights in the loss, above 0.

    Attributes:
        weights_: (column,) nats per unit of each score.
        offset_: Nats where all scores are 0.
    """

    options: ClassVar[tuple[str, ...]] = ("names", "ridge")
    learned: ClassVar[tuple[str, ...]] = ("weights_", "offset_")

    weights_: NDArray[np.float64]
    offset_: float

    def __init__(self, *, names: Sequence[str] | None = None, ridge: float = 1e-6) -> None:
        self.names = names if names is None else list(names)
        self.ridge = ridge

    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn weights and offset from (trial, system) scores; see ``Calibrator.fit``.

        Raises:
            InputError: As in ``Calibrator.fit``, the ridge is not above 0, or there is not one name per
                column.
        """
        columns = as_columns(scores)
        labels = as_labels(target, expected=len(columns))
        check_prior(prior)
        if self.names is not None and len(self.names) != columns.shape[1]:
            raise InputError(f"expected one name per column, got {self.names} for {columns.shape[1]} columns")
        self.weights_, self.offset_ = fit_logistic(columns, labels, prior=prior, ridge=self.ridge)
        self.prior_ = prior
        return self

    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map (trial, system) scores to log-likelihood ratios; see ``Calibrator.transform``."""
        require_fitted(self)
        return as_columns(scores, expected=len(self.weights_)) @ self.weights_ + self.offset_
