"""Covariances of embeddings: total, within and between speakers; shrinkage; matrix powers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix, encode_labels

Weighting = Literal["utterance", "speaker"]


def as_training(vectors: ArrayLike) -> NDArray[np.float64]:
    """Return ``vectors`` as a finite (n, dim) float64 matrix with at least one row.

    Raises:
        InputError: Another shape, NaN, or no row.
    """
    matrix = as_matrix(vectors, name="vectors")
    if len(matrix) == 0:
        raise InputError("expected at least one embedding to fit on, got none")
    return matrix


def total_covariance(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Population covariance (divided by n) of (n, dim) rows: (dim, dim)."""
    centred = matrix - matrix.mean(axis=0)
    covariance: NDArray[np.float64] = centred.T @ centred / len(matrix)
    return covariance


def scatter_matrices(
    vectors: ArrayLike, speakers: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Within- and between-speaker covariance, ``S_w + S_b = cov(X)``.

    ``S_w = 1/N sum_i (x_i - m_s(i)) (x_i - m_s(i))^T``, ``S_b = 1/N sum_s n_s (m_s - m) (m_s - m)^T``
    with speaker means ``m_s`` over ``n_s`` rows, the mean ``m`` of all rows, and N rows.

    Args:
        vectors: (n, dim).
        speakers: (n,) speaker of each row.

    Returns:
        Within and between covariance, both (dim, dim) float64.

    Raises:
        InputError: Fewer than two speakers, or no speaker with two rows.
    """
    matrix = as_matrix(vectors, name="vectors")
    means, counts, index = speaker_means(matrix, speakers)
    if len(means) < 2 or len(means) == len(matrix):
        raise InputError(
            f"expected two or more speakers and one with two or more utterances, "
            f"got {len(means)} speakers in {len(matrix)} utterances"
        )
    residual = matrix - means[index]
    offset = (means - matrix.mean(axis=0)) * np.sqrt(counts)[:, None]
    return residual.T @ residual / len(matrix), offset.T @ offset / len(matrix)


def within_covariance(
    vectors: ArrayLike, speakers: Sequence[str], *, weighting: Weighting
) -> NDArray[np.float64]:
    """Within-speaker covariance with a choice of what counts the same.

    ``utterance``: ``1/N sum_i r_i r_i^T`` of all residuals, as in ``scatter_matrices``; ``speaker``:
    ``1/S sum_s C_s`` with each speaker's own covariance ``C_s`` (divided by ``n_s``), over the S speakers
    that have two or more rows: a speaker with one row says nothing, and counting it would shrink the mean.

    Args:
        vectors: (n, dim).
        speakers: (n,) speaker of each row.
        weighting: What counts the same.

    Returns:
        (dim, dim) float64.

    Raises:
        InputError: No speaker has two rows.
    """
    matrix = as_matrix(vectors, name="vectors")
    means, counts, index = speaker_means(matrix, speakers)
    if not (counts > 1).any():
        raise InputError(f"expected a speaker with two or more utterances, got {len(means)} with one each")
    residual = matrix - means[index]
    if weighting == "utterance":
        weights = np.full(len(matrix), 1.0 / len(matrix))
    else:
        weights = 1.0 / (counts[index] * np.count_nonzero(counts > 1))  # residuals of single rows are 0
    covariance: NDArray[np.float64] = (residual * weights[:, None]).T @ residual
    return covariance


def speaker_means(
    matrix: NDArray[np.float64], speakers: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Average the rows of each speaker.

    Args:
        matrix: (n, dim).
        speakers: (n,) speaker of each row.

    Returns:
        Means (speaker, dim) in the sorted order of names, numbers of rows (speaker,), and the number of the
        speaker of each row (n,).

    Raises:
        InputError: There are more or fewer speakers than rows.
    """
    names, index = encode_labels(speakers, expected=len(matrix))
    counts = np.bincount(index, minlength=len(names))
    means = np.zeros((len(names), matrix.shape[1]))
    np.add.at(means, index, matrix)
    return means / np.maximum(counts, 1)[:, None], counts, index


def check_shrinkage(shrinkage: float) -> None:
    """Refuse a shrinkage outside [0, 1] with InputError."""
    if not 0.0 <= shrinkage <= 1.0:
        raise InputError(f"expected shrinkage in [0, 1], got {shrinkage}")


def shrink(covariance: NDArray[np.float64], shrinkage: float) -> NDArray[np.float64]:
    """Mix a covariance with the scaled identity of the same trace, ``(1 - a) C + a (tr C / dim) I``.

    Args:
        covariance: (dim, dim), symmetric.
        shrinkage: Weight ``a`` in [0, 1].

    Returns:
        (dim, dim) float64.

    Source: O. Ledoit and M. Wolf, 2004 (the target; its weight is ours to give).
    """
    dim = len(covariance)
    mixed: NDArray[np.float64] = (1 - shrinkage) * covariance + shrinkage * np.trace(
        covariance
    ) / dim * np.eye(dim)
    return mixed


def symmetric_power(covariance: NDArray[np.float64], exponent: float, *, name: str) -> NDArray[np.float64]:
    """Power of a positive definite matrix through its eigenvalues, ``V diag(l^p) V^T``.

    Args:
        covariance: (dim, dim), symmetric.
        exponent: E.g. 0.5 or -0.5.
        name: What it is the covariance of, for the message.

    Returns:
        (dim, dim) float64, symmetric.

    Raises:
        InputError: A negative power of a singular matrix: an eigenvalue is within rounding of zero.
    """
    values, columns = np.linalg.eigh(covariance)
    if exponent < 0:
        check_definite(values, name=name)
    power: NDArray[np.float64] = (columns * np.maximum(values, 0.0) ** exponent) @ columns.T
    return power


def check_definite(eigenvalues: NDArray[np.float64], *, name: str) -> None:
    """Refuse a covariance that cannot be inverted.

    Args:
        eigenvalues: (dim,), any order.
        name: What it is the covariance of, for the message.

    Raises:
        InputError: The smallest is within rounding of zero, relative to the largest.
    """
    if not eigenvalues.min() > eigenvalues.max() * len(eigenvalues) * np.finfo(np.float64).eps:
        raise InputError(
            f"the {name} covariance is singular; give a shrinkage above 0 or more utterances than dimensions"
        )


def fix_signs(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make the largest entry of each column of (dim, k) positive.

    Eigenvectors are free in sign; what is written to files should not be.
    """
    largest = columns[np.abs(columns).argmax(axis=0), np.arange(columns.shape[1])]
    fixed: NDArray[np.float64] = columns * np.sign(largest)
    return fixed
