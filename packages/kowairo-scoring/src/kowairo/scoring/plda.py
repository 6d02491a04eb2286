"""Probabilistic linear discriminant analysis: log-likelihood ratios of embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.backend import Backend, ScoreKind, fitted, group_means, paired_products
from kowairo.scoring.cosine import pair_scores
from kowairo.scoring.two_covariance import (
    Initialization,
    SpeakerStatistics,
    TwoCovariance,
    check_estimation,
    diagonalize,
    estimate_two_covariance,
)

PLDALengthNorm = Literal["covariance", "sqrt_dim", "none"]
MultiSession = Literal["by_the_book", "average"]


class PLDA(Backend):
    """Two-covariance PLDA: the score is the log-likelihood ratio of "same speaker" over "two speakers".

    ``u = D (x - m)`` is the space where the within-speaker covariance is the identity and the between-speaker
    covariance ``diag(psi)``. For ``n`` enrolment utterances with mean ``e`` and one test utterance ``t``
    ``LLR = log N(t; n psi / (n psi + 1) e, 1 + psi / (n psi + 1)) - log N(t; 0, 1 + psi)``, in nats. It is
    a likelihood ratio as far as embeddings follow the model: calibrate before using it as one.

    ``u`` is brought to one length first, as the lengths of embeddings have heavier tails than the model's:
    ``covariance`` (Kaldi's default) scales it by ``sqrt(dim / sum(u^2 / (psi + 1/n)))``, so that its length
    is what the model expects of a mean of ``n`` utterances; ``sqrt_dim`` (WeSpeaker, and Kaldi's
    ``simple-length-normalization``) by ``sqrt(dim) / |u|``; ``none`` leaves it.

    With margin-trained encoders PLDA is usually behind the cosine; it pays where training speakers of the
    trials' own domain are many or channels differ.

    Source: S. Ioffe, 2006 (the ratio, between eq. 4 and 5); S. Prince and J. Elder, 2007; Kaldi's ``plda.cc``
    (D. Povey, 2013; D. Snyder, 2015), which ``initialization="identity"`` reproduces.

    Args:
        num_iterations: Of expectation maximisation.
        initialization: Where it starts, see ``estimate_two_covariance``.
        length_norm: Scaling of ``u``.
        multi_session: ``by_the_book`` uses the number of enrolment utterances as above; ``average`` scores
            their mean as if it were one utterance, which is kinder to a model that overrates repetition.

    Attributes:
        mean_: (dim,) mean ``m`` of the speakers' means.
        diagonalizer_: (dim, dim) ``D``.
        psi_: (dim,) variance between speakers over that within, falling.
        log_likelihoods_: (num_iterations + 1,) of the training data; empty for a PLDA made of covariances.
    """

    learned = ("mean_", "diagonalizer_", "psi_", "log_likelihoods_")
    mean_: NDArray[np.float64]
    diagonalizer_: NDArray[np.float64]
    psi_: NDArray[np.float64]
    log_likelihoods_: NDArray[np.float64]

    def __init__(
        self,
        *,
        num_iterations: int = 10,
        initialization: Initialization = "scatter",
        length_norm: PLDALengthNorm = "covariance",
        multi_session: MultiSession = "by_the_book",
    ) -> None:
        self.num_iterations = num_iterations
        self.initialization = initialization
        self.length_norm = length_norm
        self.multi_session = multi_session

    @property
    def score_kind(self) -> ScoreKind:
        """Log-likelihood ratios, not cosines."""
        return "log_likelihood_ratio"

    def check_parameters(self) -> None:
        """Check the names and the number of iterations.

        Raises:
            InputError: One is unknown or below 1.
        """
        check_estimation(self.num_iterations, self.initialization)
        if self.length_norm not in ("covariance", "sqrt_dim", "none"):
            raise InputError(f"expected length_norm covariance, sqrt_dim or none, got {self.length_norm!r}")
        if self.multi_session not in ("by_the_book", "average"):
            raise InputError(f"expected multi_session by_the_book or average, got {self.multi_session!r}")

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn mean and covariances from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: Bad parameters, too few speakers, or too few utterances for the dimension.
        """
        self.check_parameters()
        model, likelihoods = estimate_two_covariance(
            SpeakerStatistics.of(vectors, speakers),
            num_iterations=self.num_iterations,
            initialization=self.initialization,
        )
        return self.set_model(model, log_likelihoods=likelihoods)

    def set_model(self, model: TwoCovariance, *, log_likelihoods: ArrayLike = ()) -> Self:
        """Take mean and covariances from elsewhere (adaptation, a Kaldi file) instead of fitting them.

        Raises:
            InputError: The within-speaker covariance is singular.
        """
        self.diagonalizer_, self.psi_ = diagonalize(model.within, model.between)
        self.mean_ = model.mean
        self.log_likelihoods_ = np.asarray(log_likelihoods, dtype=np.float64)
        return self

    def model(self) -> TwoCovariance:
        """Return mean and covariances in the space of the embeddings.

        Raises:
            InputError: Not fitted.
        """
        back = np.linalg.inv(fitted(self, "diagonalizer_"))
        return TwoCovariance(self.mean_, back @ back.T, (back * self.psi_) @ back.T)

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Map (n, dim) vectors to ``u`` (n, dim), length-normalised each as one utterance.

        Raises:
            InputError: Not fitted, another dimension, or a row that has no length to normalise.
        """
        latent = self._latent(vectors)
        return latent * self._scales(latent, np.ones(len(latent)))[:, None]

    def prepare(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Return (n, dim + 1): ``transform`` and the factor by which it scaled, which models take back.

        Raises:
            InputError: As ``transform``.
        """
        latent = self._latent(vectors)
        scales = self._scales(latent, np.ones(len(latent)))[:, None]
        return np.concatenate([latent * scales, scales], axis=1)

    def score_prepared(
        self, prepared: NDArray[np.float64], enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Log-likelihood ratios of pairs of utterances: (trial,) float64.

        For ``n = 1`` the ratio is an inner product and one term of each side alone:
        ``sum psi / (1 + 2 psi) e t - psi^2 / (2 (1 + psi)(1 + 2 psi)) (e^2 + t^2)`` plus a constant. The
        product has float32 factors (``pair_scores``): a ratio of 100 nats is off by some 1e-5.
        """
        rows, alone = self._pair_terms(prepared)
        scores: NDArray[np.float64] = pair_scores(rows, enroll_rows, test_rows)
        return scores + alone[enroll_rows] + alone[test_rows]

    def factors(self, prepared: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return two matrices (n, dim + 2) whose inner products are the ratios of pairs."""
        rows, alone = self._pair_terms(prepared)
        column, ones = alone[:, None], np.ones((len(rows), 1))
        return np.concatenate([rows, column, ones], axis=1), np.concatenate([rows, ones, column], axis=1)

    def enroll(
        self, prepared: NDArray[np.float64], groups: Sequence[NDArray[np.int64]]
    ) -> NDArray[np.float64]:
        """Make a model of each group of utterances from the mean of their embeddings.

        The mean is taken before length normalisation, as Kaldi does, and normalised with its own ``n``.

        Returns:
            (model, 2 dim + 1): the ratio as a function of the test's ``t``: factors of ``t``, factors of
            ``t^2``, constant.

        Raises:
            InputError: A group is empty.
        """
        psi = fitted(self, "psi_")
        latent: NDArray[np.float64] = group_means(prepared[:, :-1] / prepared[:, -1:], groups)
        counts = np.array([len(rows) for rows in groups], dtype=np.float64)
        if self.multi_session == "average":
            counts[:] = 1.0
        latent *= self._scales(latent, counts)[:, None]
        given = counts[:, None] * psi  # n psi
        mean, variance = given / (given + 1) * latent, 1 + psi / (given + 1)
        linear, square = mean / variance, 0.5 / (1 + psi) - 0.5 / variance
        constant = 0.5 * (np.log1p(psi) - np.log(variance) - mean**2 / variance).sum(axis=1, keepdims=True)
        models: NDArray[np.float64] = np.concatenate([linear, square, constant], axis=1)
        return models

    def score_models(
        self,
        models: NDArray[np.float64],
        prepared: NDArray[np.float64],
        model_rows: NDArray[np.int64],
        test_rows: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Log-likelihood ratios of models against single utterances: (trial,) float64."""
        tests = np.concatenate([prepared[:, :-1], prepared[:, :-1] ** 2], axis=1)
        products = paired_products(models[:, :-1], tests, model_rows, test_rows)
        scores: NDArray[np.float64] = products + models[model_rows, -1]
        return scores

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else, or arrays that do not fit each other.
        """
        backend = super().load(folder)
        dim = len(backend.psi_)
        shapes = (backend.mean_.shape, backend.diagonalizer_.shape, backend.psi_.shape)
        if shapes != ((dim,), (dim, dim), (dim,)) or not (backend.psi_ >= 0).all():
            raise InputError(f"{folder}: the arrays of {cls.__name__} do not fit each other, got {shapes}")
        return backend

    def _pair_terms(self, prepared: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return rows (n, dim) and terms (n,): a pair's ratio is the rows' product plus both terms."""
        psi = fitted(self, "psi_")
        rows = prepared[:, :-1]
        half_constant = 0.5 * (np.log1p(psi) - 0.5 * np.log1p(2 * psi)).sum()
        alone = half_constant - (rows**2) @ (0.5 * psi**2 / ((1 + psi) * (1 + 2 * psi)))
        return rows * np.sqrt(psi / (1 + 2 * psi)), alone

    def _latent(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Return ``u`` (n, dim) before length normalisation."""
        matrix = as_matrix(vectors, name="vectors")
        diagonalizer = fitted(self, "diagonalizer_", dim=matrix.shape[1])
        latent: NDArray[np.float64] = (matrix - self.mean_) @ diagonalizer.T
        return latent

    def _scales(self, latent: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the factors (n,) of length normalisation; row i is a mean of ``counts[i]`` utterances."""
        if self.length_norm == "none":
            return np.ones(len(latent))
        expected = self.psi_ + 1 / counts[:, None] if self.length_norm == "covariance" else np.ones(1)
        squares = (latent**2 / expected).sum(axis=1)
        if (zero := np.flatnonzero(squares == 0)).size:
            raise InputError(
                f"row {zero[0]} lies at the mean of the training data and has no length to normalise"
            )
        scales: NDArray[np.float64] = np.sqrt(latent.shape[1] / squares)
        return scales
