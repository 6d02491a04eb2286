"""Prior-weighted logistic regression on standardised columns, by Newton's method."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

_MAX_STEPS = 200
_MAX_HALVINGS = 60
_TOLERANCE = 1e-14  # of the loss in nats per share of the rarer class, by half the Newton decrement

_logger = logging.getLogger(__name__)


def fit_logistic(
    columns: NDArray[np.float64], target: NDArray[np.bool_], *, prior: float, ridge: float
) -> tuple[NDArray[np.float64], float]:
    """Minimise the cross-entropy at a prior over ``llr = columns @ weights + offset``.

    ``p / N_t sum_t softplus(-(llr + logit p)) + (1 - p) / N_n sum_n softplus(llr + logit p)
    + ridge / 2 |v|^2`` with the weights ``v`` of the standardised columns (mean 0, deviation 1 over all
    trials). At ``p = 0.5`` and ridge 0 this is ``Cllr ln 2``. The ridge keeps the weights finite where
    the classes are separable; it does not touch the offset.

    Args:
        columns: (trial, column), finite.
        target: (trial,), both kinds present.
        prior: Prior ``p`` in (0, 1).
        ridge: Above 0.

    Returns:
        (column,) weights of the columns as they were given, and the offset; the logit of the prior is
        in neither.

    Raises:
        InputError: The ridge is not above 0.
    """
    if not ridge > 0:
        raise InputError(f"expected a ridge above 0, got {ridge}")
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    constant = deviation <= 1e-12 * np.maximum(1.0, np.abs(mean))  # rounding of the mean, no information
    if constant.any():
        _logger.warning("columns %s are constant and get no weight", np.flatnonzero(constant).tolist())
    deviation = np.where(constant, np.inf, deviation)
    design = np.column_stack([(columns - mean) / deviation, np.ones(len(columns))])
    penalty = np.append(np.full(columns.shape[1], ridge), 0.0)
    solution = _newton(design, target, prior=prior, penalty=penalty)
    weights = solution[:-1] / deviation
    return weights, float(solution[-1] - weights @ mean)


def _newton(
    design: NDArray[np.float64], target: NDArray[np.bool_], *, prior: float, penalty: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Newton steps, halved until the loss falls; the loss is convex, so that they arrive."""
    share = np.where(target, prior / target.sum(), (1.0 - prior) / (~target).sum())
    sign = np.where(target, 1.0, -1.0)
    logit = np.log(prior / (1.0 - prior))

    def loss_at(point: NDArray[np.float64]) -> float:
        margin = sign * (design @ point + logit)
        return float(share @ np.logaddexp(0.0, -margin) + 0.5 * penalty @ point**2)

    point = np.zeros(design.shape[1])
    loss = loss_at(point)
    for _ in range(_MAX_STEPS):
        odds = sign * (design @ point + logit)
        wrong = 0.5 * (1.0 - np.tanh(odds / 2))  # probability given to the other label
        gradient = design.T @ (-sign * share * wrong) + penalty * point
        curvature = design.T @ (design * (share * wrong * (1.0 - wrong))[:, None]) + np.diag(penalty)
        # Least squares and not a solve: two equal systems, or saturated trials, make it singular.
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        if 0.5 * gradient @ step < _TOLERANCE * min(prior, 1.0 - prior):
            break
        length = _step_length(loss_at, point, step, loss=loss, slope=float(gradient @ step))
        if length == 0.0:
            break
        point = point - length * step
        loss = loss_at(point)
    return point


def _step_length(
    loss_at: Callable[[NDArray[np.float64]], float],
    point: NDArray[np.float64],
    step: NDArray[np.float64],
    *,
    loss: float,
    slope: float,
) -> float:
    """Halve the step until the loss falls by a fair part of what the slope promises; 0 if it cannot."""
    length = 1.0
    for _ in range(_MAX_HALVINGS):
        if loss_at(point - length * step) <= loss - 1e-4 * length * slope:
            return length
        length /= 2
    return 0.0
