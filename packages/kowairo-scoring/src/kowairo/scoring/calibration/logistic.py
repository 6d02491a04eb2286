"""Calibration by logistic regression."""

from __future__ import annotations

import logging
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.calibration._logistic_regression import fit_logistic
from kowairo.scoring.calibration._training import as_column, as_labels, check_prior
from kowairo.scoring.calibration.base import Calibrator, require_fitted

_logger = logging.getLogger(__name__)


class LogisticCalibrator(Calibrator):
    """``llr = scale * score + offset``, fitted by prior-weighted logistic regression.

    Minimises the cross-entropy at the prior (``fit_logistic``), in which targets weigh ``prior`` and
    non-targets ``1 - prior`` together, however many there are of each; the prior's logit is a fixed part
    of the log-odds, hence not in ``offset_``. The map keeps the order of trials: EER and minDCF stay.

    Source: N. Brümmer and J. du Preez, 2006 (prior-weighted logistic regression of scores); J. Platt,
    1999, for the sigmoid. Ours: a small ridge on the standardised scale, so that perfectly separated
    trials give a finite map.

    Args:
        ridge: Weight of the squared standardised scale in the loss, above 0.

    Attributes:
        scale_: Nats per unit of score; below 0 (with a warning in the log) if targets score lower.
        offset_: Nats at score 0.
    """

    options: ClassVar[tuple[str, ...]] = ("ridge",)
    learned: ClassVar[tuple[str, ...]] = ("scale_", "offset_")

    scale_: float
    offset_: float

    def __init__(self, *, ridge: float = 1e-6) -> None:
        self.ridge = ridge

    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn scale and offset from (trial,) scores; see ``Calibrator.fit``.

        Raises:
            InputError: As in ``Calibrator.fit``, or the ridge is not above 0.
        """
        values = as_column(scores)
        labels = as_labels(target, expected=len(values))
        check_prior(prior)
        weights, self.offset_ = fit_logistic(values[:, None], labels, prior=prior, ridge=self.ridge)
        self.scale_, self.prior_ = float(weights[0]), prior
        if self.scale_ < 0:
            _logger.warning("targets score lower than non-targets: are labels or signs swapped?")
        return self

    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map (trial,) scores to log-likelihood ratios; see ``Calibrator.transform``."""
        require_fitted(self)
        return self.scale_ * as_column(scores) + self.offset_
