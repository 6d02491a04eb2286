"""Adaptation of a PLDA to a domain of which there are embeddings but no speakers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.coral import coral_matrix
from kowairo.scoring.covariance import as_training, total_covariance
from kowairo.scoring.plda import PLDA
from kowairo.scoring.two_covariance import TwoCovariance


def adapt_unsupervised(
    plda: PLDA,
    vectors: ArrayLike,
    *,
    within_scale: float = 0.5,
    between_scale: float = 0.5,
    mean_diff_scale: float = 0.0,
) -> PLDA:
    """Give the variance that the new domain has in excess to both covariances, in fixed shares.

    Where the covariance ``C`` of the new embeddings exceeds the model's total ``T = B + W`` (directions with
    an eigenvalue of ``T^-1 C`` above 1), the excess ``E`` is added: ``W + within_scale E`` and
    ``B + between_scale E``. Where it falls below, nothing changes. The mean becomes that of the new domain.

    Source: Kaldi's ``PldaUnsupervisedAdaptor`` (D. Povey, 2013), whose defaults are 0.3, 0.7 and
    ``mean_diff_scale`` 1; the 0.5/0.5 of BUT and WeSpeaker with the mean left out are ours.

    Args:
        plda: Fitted; it stays as it is.
        vectors: (n, dim) embeddings of the new domain, processed as those that it was fitted on.
        within_scale: Share of the within-speaker covariance, at least 0.
        between_scale: Share of the between-speaker covariance, at least 0.
        mean_diff_scale: Weight of the outer product of the difference of both means in ``C``, at least 0.

    Returns:
        An adapted PLDA with the same parameters.

    Raises:
        InputError: Not fitted, another dimension, no embedding, or a negative scale.
    """
    if min(within_scale, between_scale, mean_diff_scale) < 0:
        raise InputError(
            f"expected scales of at least 0, got {within_scale}, {between_scale} and {mean_diff_scale}"
        )
    old, mean, covariance = _domains(plda, vectors)
    difference = mean - old.mean
    covariance = covariance + mean_diff_scale * np.outer(difference, difference)
    excess = positive_excess(covariance, old.within + old.between)
    return _with_model(
        plda, TwoCovariance(mean, old.within + within_scale * excess, old.between + between_scale * excess)
    )


def adapt_coral(plda: PLDA, vectors: ArrayLike) -> PLDA:
    """Move both covariances by the map that turns the model's total covariance into the new domain's.

    ``A = C^1/2 T^-1/2`` with the new embeddings' covariance ``C`` and ``T = B + W``; ``W`` becomes
    ``A W A^T`` and ``B`` becomes ``A B A^T``, as if fitted on embeddings that went through ``CORAL``.

    Source: M. J. Alam, G. Bhattacharya and P. Kenny, 2018; K. A. Lee, Q. Wang and T. Koshinaka, 2019 (CORAL
    of the model's covariances).

    Args:
        plda: Fitted; it stays as it is.
        vectors: (n, dim) embeddings of the new domain, more than dimensions.

    Returns:
        An adapted PLDA with the same parameters and the new domain's mean.

    Raises:
        InputError: Not fitted, another dimension, or too few embeddings for a covariance.
    """
    old, mean, covariance = _domains(plda, vectors)
    within, between = _coral(old, covariance)
    return _with_model(plda, TwoCovariance(mean, within, between))


def adapt_coral_plus(
    plda: PLDA, vectors: ArrayLike, *, within_scale: float = 0.8, between_scale: float = 0.8
) -> PLDA:
    """CORAL with a brake: variance only ever grows, and only by a share of what CORAL would add.

    ``W + within_scale E_W`` where ``E_W`` is the excess of CORAL's ``A W A^T`` over ``W`` (directions with
    eigenvalues above 1 relative to ``W``, less 1), and the same for ``B``.

    Source: K. A. Lee, Q. Wang and T. Koshinaka, "The CORAL+ algorithm for unsupervised domain adaptation of
    PLDA", 2019. In directions where the old ``B`` is zero (fewer speakers than dimensions) "relative to" has
    no meaning; there ``B`` stays zero.

    Args:
        plda: Fitted; it stays as it is.
        vectors: (n, dim) embeddings of the new domain.
        within_scale: Share of the excess that ``W`` takes, at least 0.
        between_scale: Share of the excess that ``B`` takes, at least 0.

    Returns:
        An adapted PLDA with the same parameters and the new domain's mean.

    Raises:
        InputError: Not fitted, another dimension, no embedding, or a negative scale.
    """
    if min(within_scale, between_scale) < 0:
        raise InputError(f"expected scales of at least 0, got {within_scale} and {between_scale}")
    old, mean, covariance = _domains(plda, vectors)
    within, between = _coral(old, covariance)
    return _with_model(
        plda,
        TwoCovariance(
            mean,
            old.within + within_scale * positive_excess(within, old.within),
            old.between + between_scale * positive_excess(between, old.between),
        ),
    )


def smooth_within(plda: PLDA, factor: float) -> PLDA:
    """Add a share of the between-speaker covariance to the within-speaker covariance, ``W + factor B``.

    Source: Kaldi's ``Plda::SmoothWithinClassCovariance``.

    Args:
        plda: Fitted; it stays as it is.
        factor: In [0, 1].

    Returns:
        A smoothed PLDA with the same parameters.

    Raises:
        InputError: Not fitted, or a factor out of range.
    """
    if not 0.0 <= factor <= 1.0:
        raise InputError(f"expected a factor in [0, 1], got {factor}")
    old = plda.model()
    return _with_model(plda, TwoCovariance(old.mean, old.within + factor * old.between, old.between))


def positive_excess(covariance: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a covariance has more than a reference, in the directions where it has more.

    In the space where the reference is the identity and ``covariance`` is ``P diag(s) P^T``, this is
    ``P diag(max(s - 1, 0)) P^T``, taken back. Directions in which the reference is zero are left out.

    Args:
        covariance: (dim, dim), positive semi-definite.
        reference: (dim, dim), positive semi-definite.

    Returns:
        (dim, dim) float64, positive semi-definite; zero where ``covariance`` is nowhere larger.
    """
    values, columns = np.linalg.eigh(reference)
    kept = values > values.max() * len(values) * np.finfo(np.float64).eps
    root = columns[:, kept] * np.sqrt(values[kept])  # (dim, kept), reference = root root^T
    whiten = columns[:, kept] / np.sqrt(values[kept])
    ratios, axes = np.linalg.eigh(whiten.T @ covariance @ whiten)
    grown = root @ axes * np.sqrt(np.maximum(ratios - 1.0, 0.0))
    excess: NDArray[np.float64] = grown @ grown.T
    return excess


def _domains(
    plda: PLDA, vectors: ArrayLike
) -> tuple[TwoCovariance, NDArray[np.float64], NDArray[np.float64]]:
    """Return the old model, and mean and covariance of the new domain."""
    old, matrix = plda.model(), as_training(vectors)
    if matrix.shape[1] != len(old.mean):
        raise InputError(
            f"expected embeddings of dimension {len(old.mean)} as in training, got {matrix.shape[1]}"
        )
    return old, matrix.mean(axis=0), total_covariance(matrix)


def _coral(
    old: TwoCovariance, covariance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return within- and between-speaker covariance after CORAL."""
    map_ = coral_matrix(old.within + old.between, covariance)
    return map_ @ old.within @ map_.T, map_ @ old.between @ map_.T


def _with_model(plda: PLDA, model: TwoCovariance) -> PLDA:
    """Return a PLDA of the same parameters with another model."""
    adapted = PLDA(
        num_iterations=plda.num_iterations,
        initialization=plda.initialization,
        length_norm=plda.length_norm,
        multi_session=plda.multi_session,
    )
    return adapted.set_model(model)
