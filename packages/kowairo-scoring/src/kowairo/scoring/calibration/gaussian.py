"""Calibration by two Gaussians of one variance."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.calibration._training import as_column, as_labels, check_prior
from kowairo.scoring.calibration.base import Calibrator, require_fitted


class GaussianCalibrator(Calibrator):
    """``llr = scale * score + offset`` of two normal densities that share their variance.

    ``scale = (m_t - m_n) / v`` and ``offset = (m_n^2 - m_t^2) / (2 v)`` with the class means and
    ``v = prior v_t + (1 - prior) v_n`` of the classes' population variances. A closed form that needs
    few trials; where the scores of the two classes have other shapes than normal ones, or other
    variances, logistic regression fits better.

    Source: D. A. van Leeuwen and N. Brümmer, 2013 (linear calibration from Gaussian scores). The share
    of each class in the variance is its prior: our choice, as in Hyperion.

    Attributes:
        scale_: Nats per unit of score.
        offset_: Nats at score 0.
    """

    learned: ClassVar[tuple[str, ...]] = ("scale_", "offset_")

    scale_: float
    offset_: float

    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn scale and offset from (trial,) scores; see ``Calibrator.fit``.

        Raises:
            InputError: As in ``Calibrator.fit``, or neither class has any spread.
        """
        values = as_column(scores)
        labels = as_labels(target, expected=len(values))
        check_prior(prior)
        targets, nontargets = values[labels], values[~labels]
        variance = prior * targets.var() + (1.0 - prior) * nontargets.var()
        if not variance > 0:
            raise InputError("all targets have one score and all non-targets have one: no variance to fit")
        high, low = targets.mean(), nontargets.mean()
        self.scale_ = float((high - low) / variance)
        self.offset_ = float(-self.scale_ * (high + low) / 2)
        self.prior_ = prior
        return self

    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map (trial,) scores to log-likelihood ratios; see ``Calibrator.transform``."""
        require_fitted(self)
        return self.scale_ * as_column(scores) + self.offset_
