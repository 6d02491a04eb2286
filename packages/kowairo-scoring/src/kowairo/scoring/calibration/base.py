"""The contract of calibration: scores in, log-likelihood ratios out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring.calibration._training import check_prior


class Calibrator(ABC):
    """Learns on labelled trials what a score is worth as evidence.

    The output is ``ln p(score | same speaker) / p(score | different speakers)``, natural logarithm: the
    prior of the training trials is removed from it, so that a user adds the logit of the own prior.
    Fit it on speakers outside the encoder's training, the cohort and the test
    (``check_calibration_speakers``).

    ``__init__`` stores keyword arguments only; what ``fit`` learns ends in an underscore. A subclass
    names both for the saved folder in ``options`` and ``learned``, and passes the tests of all kinds in
    ``tests/scoring/calibration/test_base.py``.

    Attributes:
        prior_: Prior of a target that ``fit`` was told.
        speakers_: Speakers of the trials it was fitted on, if ``fit_calibrator`` was told; saved along, so
            that scores of these speakers can be refused later.
    """

    options: ClassVar[tuple[str, ...]] = ()
    """Constructor arguments, JSON values."""
    learned: ClassVar[tuple[str, ...]] = ()
    """Fitted attributes besides ``prior_``: float or float64 array."""

    prior_: float
    speakers_: tuple[str, ...] = ()

    @abstractmethod
    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn from labelled trials.

        Args:
            scores: (trial,) scores, higher = more alike; kinds that combine evidence take (trial, column).
            target: (trial,) bool, true where both sides are one speaker.
            prior: Prior of a target, in (0, 1), at which the result shall be best. The shares of the two
                kinds of trial in the list play no part.

        Returns:
            Itself.

        Raises:
            InputError: Scores that are not finite, lengths that differ, a label that is neither, fewer
                than two targets or non-targets, or a prior out of range.
        """

    @abstractmethod
    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map scores of the shape that was fitted to log-likelihood ratios.

        Args:
            scores: (trial,), or (trial, column).

        Returns:
            (trial,) natural logarithms of likelihood ratios, finite.

        Raises:
            InputError: Not fitted, another number of columns, or scores that are not finite.
        """

    def save(self, folder: Path) -> None:
        """Write ``arrays.npz`` and ``config.json`` to ``folder``.

        Raises:
            InputError: Not fitted.
        """
        require_fitted(self)
        config = {name: getattr(self, name) for name in self.options} | {"speakers": list(self.speakers_)}
        arrays = {name: np.asarray(getattr(self, name), np.float64) for name in (*self.learned, "prior_")}
        save_artefact(folder, kind=type(self).__name__, config=config, arrays=arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """
        config, arrays = load_artefact(folder, kind=cls.__name__, names=(*cls.learned, "prior_"))
        if missing := [name for name in (*cls.options, "speakers") if name not in config]:
            raise InputError(f"{folder}: the saved {cls.__name__} lacks {missing}")
        try:
            calibrator = cls(**{name: config[name] for name in cls.options})
        except TypeError as error:
            raise InputError(f"{folder}: options of the saved {cls.__name__}: {error}") from error
        speakers = config["speakers"]
        if not isinstance(speakers, list):
            raise InputError(f"{folder}: expected a list of speakers, got {speakers!r:.80}")
        calibrator.speakers_ = tuple(map(str, speakers))
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise InputError(f"{folder}: {name} of the saved {cls.__name__} is not finite")
            setattr(calibrator, name, array if array.ndim else float(array))
        return calibrator


def require_fitted(calibrator: Calibrator) -> None:
    """Say so if ``fit`` was not called.

    Raises:
        InputError: It is not fitted.
    """
    if not hasattr(calibrator, "prior_"):
        raise InputError(f"expected a fitted {type(calibrator).__name__}; call fit first")


def posterior(llr: ArrayLike, *, prior: float) -> NDArray[np.float64]:
    """Probability of "same speaker": ``1 / (1 + exp(-(llr + logit prior)))``.

    It saturates at 0 and 1, so decide and store by the log-likelihood ratio and show this one.

    Args:
        llr: (trial,) log-likelihood ratios, natural logarithm; infinite ones are certain.
        prior: The user's own prior of a target, in (0, 1).

    Returns:
        (trial,) probabilities.

    Raises:
        InputError: The prior is out of range.
    """
    check_prior(prior)
    log_odds = np.asarray(llr, dtype=np.float64) + np.log(prior / (1.0 - prior))
    probability: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(log_odds / 2))  # never overflows
    return probability
