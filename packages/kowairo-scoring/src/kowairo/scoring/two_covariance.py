"""The two-covariance model of embeddings, fitted by expectation maximisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.covariance import as_training, check_definite, fix_signs, speaker_means

Initialization = Literal["scatter", "identity"]


@dataclass(frozen=True, eq=False)
class TwoCovariance:
    """Speaker means are ``N(mean, between)``, utterances ``N(speaker mean, within)``."""

    mean: NDArray[np.float64]
    """(dim,)."""
    within: NDArray[np.float64]
    """(dim, dim), positive definite."""
    between: NDArray[np.float64]
    """(dim, dim), positive semi-definite."""


@dataclass(frozen=True, eq=False)
class SpeakerStatistics:
    """What the likelihood needs of the training embeddings."""

    mean: NDArray[np.float64]
    """(dim,), mean of the speakers' means: every speaker counts the same, as in Kaldi."""
    offsets: NDArray[np.float64]
    """(speaker, dim), each speaker's mean less ``mean``."""
    counts: NDArray[np.int64]
    """(speaker,), utterances of each."""
    scatter: NDArray[np.float64]
    """(dim, dim), sum over all utterances of the outer product of the offset from the speaker's own mean."""

    @classmethod
    def of(cls, vectors: ArrayLike, speakers: Sequence[str]) -> SpeakerStatistics:
        """Collect from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: Fewer than two speakers, or no speaker with two rows.
        """
        matrix = as_training(vectors)
        means, counts, index = speaker_means(matrix, speakers)
        if len(means) < 2 or len(means) == len(matrix):
            raise InputError(
                f"expected two or more speakers and one with two or more utterances, "
                f"got {len(means)} speakers in {len(matrix)} utterances"
            )
        mean, residual = means.mean(axis=0), matrix - means[index]
        return cls(mean, means - mean, counts, residual.T @ residual)


def estimate_two_covariance(
    statistics: SpeakerStatistics, *, num_iterations: int, initialization: Initialization
) -> tuple[TwoCovariance, NDArray[np.float64]]:
    """Fit both covariances by expectation maximisation; the mean stays that of the statistics.

    With a speaker's mean offset ``m`` of ``n`` utterances, the E-step is ``V = (B^-1 + n W^-1)^-1`` and
    ``w = V n W^-1 m``, the M-step ``B = mean_s (V + w w^T)`` and
    ``W = (scatter + sum_s n (V + (m - w)(m - w)^T)) / N``. Both are done where ``W`` is the identity and
    ``B`` diagonal: ``V`` is diagonal there for every ``n``, so that no matrix is inverted per speaker.

    Source: S. Ioffe, 2006; N. Bruemmer and E. de Villiers, 2010 (the two-covariance model); the updates are
    those of Kaldi's ``PldaEstimator`` (D. Povey, 2013).

    Args:
        statistics: Of the training embeddings.
        num_iterations: At least 1. Kaldi takes 10.
        initialization: ``scatter``: the scatter within speakers and the covariance of their means, which
            makes the result follow any change of scale; ``identity``: Kaldi's start, which expects
            embeddings of about unit variance.

    Returns:
        The model, and the log-likelihood of the training embeddings before each iteration and after the last
        (num_iterations + 1,); it never falls.

    Raises:
        InputError: No iteration, an unknown initialization, or too few utterances for the dimension.
    """
    check_estimation(num_iterations, initialization)
    model = _initial_model(statistics, initialization)
    likelihoods = [log_likelihood(statistics, model)]
    for _ in range(num_iterations):
        model = _em_step(statistics, model)
        likelihoods.append(log_likelihood(statistics, model))
    return model, np.array(likelihoods)


def check_estimation(num_iterations: int, initialization: str) -> None:
    """Refuse fewer than one iteration or an unknown initialization with InputError."""
    if num_iterations < 1:
        raise InputError(f"expected num_iterations of at least 1, got {num_iterations}")
    if initialization not in ("scatter", "identity"):
        raise InputError(f"expected initialization scatter or identity, got {initialization!r}")


def log_likelihood(statistics: SpeakerStatistics, model: TwoCovariance) -> float:
    """Natural logarithm of the density of all training embeddings under the model.

    A speaker's ``n`` utterances are turned so that one coordinate is ``sqrt(n)`` times their mean, with
    covariance ``W + n B``, and the others have covariance ``W``.

    Args:
        statistics: Of the training embeddings.
        model: With the mean of the statistics.

    Returns:
        The sum over all utterances, in nats.
    """
    diagonalizer, psi = diagonalize(model.within, model.between)
    counts = statistics.counts[:, None]
    total = int(statistics.counts.sum())
    inflation = 1.0 + counts * psi  # (speaker, dim), eigenvalues of W + n B over those of W
    distance = counts * (statistics.offsets @ diagonalizer.T) ** 2 / inflation
    scatter = np.einsum("ij,jk,ik->", diagonalizer, statistics.scatter, diagonalizer)
    log_det_within = -2.0 * np.linalg.slogdet(diagonalizer)[1]
    constant = total * (len(psi) * np.log(2 * np.pi) + log_det_within)
    return float(-0.5 * (constant + np.log(inflation).sum() + distance.sum() + scatter))


def diagonalize(
    within: NDArray[np.float64], between: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the map that makes one covariance the identity and the other diagonal.

    Args:
        within: (dim, dim), positive definite.
        between: (dim, dim), positive semi-definite.

    Returns:
        ``D`` (dim, dim) and ``psi`` (dim,), falling and floored at 0, with ``D W D^T = I`` and
        ``D B D^T = diag(psi)``.

    Raises:
        InputError: ``within`` is singular.
    """
    check_definite(np.linalg.eigh(within)[0], name="within-speaker")
    whiten = np.linalg.inv(np.linalg.cholesky(within))
    values, columns = np.linalg.eigh(whiten @ between @ whiten.T)
    rows = fix_signs((whiten.T @ columns)[:, ::-1]).T
    return rows, np.maximum(values[::-1], 0.0)


def _initial_model(statistics: SpeakerStatistics, initialization: Initialization) -> TwoCovariance:
    """Return where the iterations start."""
    identity = np.eye(len(statistics.mean))
    if initialization == "identity":
        return TwoCovariance(statistics.mean, identity, identity)
    num_speakers = len(statistics.counts)
    within = statistics.scatter / (int(statistics.counts.sum()) - num_speakers)
    try:
        check_definite(np.linalg.eigh(within)[0], name="within-speaker")
    except InputError as error:
        raise InputError(
            f"{statistics.counts.sum()} utterances of {num_speakers} speakers are too few for "
            f"{len(within)} dimensions; reduce them (LDA, Whitening) or give initialization='identity'"
        ) from error
    return TwoCovariance(statistics.mean, within, statistics.offsets.T @ statistics.offsets / num_speakers)


def _em_step(statistics: SpeakerStatistics, model: TwoCovariance) -> TwoCovariance:
    """Do one iteration."""
    diagonalizer, psi = diagonalize(model.within, model.between)
    back = model.within @ diagonalizer.T  # the inverse of the diagonalizer, because D W D^T = I
    counts = statistics.counts[:, None]
    offsets = statistics.offsets @ diagonalizer.T
    variance = psi / (1.0 + counts * psi)  # (speaker, dim), diagonals of V
    expected = counts * variance * offsets
    missed = (offsets - expected) * np.sqrt(counts)
    between = np.diag(variance.mean(axis=0)) + expected.T @ expected / len(counts)
    within = diagonalizer @ statistics.scatter @ diagonalizer.T
    within = (within + np.diag((counts * variance).sum(axis=0)) + missed.T @ missed) / counts.sum()
    return TwoCovariance(model.mean, _symmetric(back @ within @ back.T), _symmetric(back @ between @ back.T))


def _symmetric(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take out what rounding left of asymmetry."""
    return (matrix + matrix.T) / 2
