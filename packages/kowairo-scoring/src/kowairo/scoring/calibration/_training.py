"""Checks of labelled calibration trials, shared by all calibrators."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix, as_scores

_FEWEST = 2  # of either kind: one trial has no spread


def check_prior(prior: float) -> None:
    """Refuse a prior that is no probability strictly between 0 and 1."""
    if not 0.0 < prior < 1.0:
        raise InputError(f"expected a prior in (0, 1), got {prior}")


def as_column(scores: ArrayLike) -> NDArray[np.float64]:
    """Return one system's finite scores as (trial,); (trial, 1) is read as well."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    return as_scores(values, name="trial")


def as_columns(scores: ArrayLike, *, expected: int | None = None) -> NDArray[np.float64]:
    """Return finite scores as (trial, column); (trial,) is one column.

    Args:
        scores: What a caller gave.
        expected: Number of columns, None = any.
    """
    values = np.asarray(scores, dtype=np.float64)
    matrix = as_matrix(values[:, None] if values.ndim == 1 else values, name="scores")
    if not matrix.size:
        raise InputError(f"expected scores of one trial or more, got shape {matrix.shape}")
    if expected is not None and matrix.shape[1] != expected:
        raise InputError(f"expected {expected} columns as in the fit, got {matrix.shape[1]}")
    return matrix


def as_labels(target: ArrayLike, *, expected: int) -> NDArray[np.bool_]:
    """Return labels as (trial,) bool, at least two of either kind."""
    labels = np.asarray(target)
    if labels.shape != (expected,):
        raise InputError(f"expected {expected} labels, one per trial, got shape {labels.shape}")
    if labels.dtype != np.bool_ and not np.isin(labels, (0, 1)).all():
        wrong = labels[~np.isin(labels, (0, 1))][0]
        raise InputError(f"expected labels true or false, got {wrong!s}")
    flags = labels.astype(np.bool_)
    num_target = int(flags.sum())
    if min(num_target, expected - num_target) < _FEWEST:
        raise InputError(
            f"expected {_FEWEST} or more targets and non-targets, "
            f"got {num_target} and {expected - num_target}"
        )
    return flags
