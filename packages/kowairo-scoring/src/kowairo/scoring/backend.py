"""The contract of a scoring back-end: embeddings in, scores of pairs out."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._artefact import load_artefact, save_artefact, saved_kinds
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.cosine import length_normalize, pair_scores

ScoreKind = Literal["cosine", "log_likelihood_ratio"]


class Backend(ABC):
    """Fitted on training speakers, then scores pairs of embeddings.

    What every back-end defines is ``fit`` and ``transform``; the score is the cosine of what ``transform``
    returns. One whose score is something else (PLDA) overrides ``prepare``, ``score_prepared``, ``factors``,
    ``enroll`` and ``score_models`` too, and says so by ``score_kind``.

    The work is in two steps, so that a long list of trials can be scored block by block: ``prepare`` does
    what is needed once per utterance, ``score_prepared`` what is needed per trial.

    ``__init__`` stores keyword arguments under their own names only; what ``fit`` learns ends in an
    underscore and is named in ``learned``: ``save`` and ``load`` need no more than that.
    A new back-end is one subclass in one file; ``kowairo.testing.check_backend`` is its contract suite.
    """

    learned: ClassVar[tuple[str, ...]] = ()
    """Names of the arrays that ``fit`` learns."""
    fit_only: ClassVar[tuple[str, ...]] = ()
    """Keyword arguments that only ``fit`` needs (data of another domain): ``save`` leaves them out."""

    @property
    def score_kind(self) -> ScoreKind:
        """What the scores are: cosines in [-1, 1], or natural-logarithm likelihood ratios."""
        return "cosine"

    @abstractmethod
    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn from training embeddings.

        Args:
            vectors: (n, dim), finite.
            speakers: (n,) speaker of each row. They must not be speakers of the trials.

        Returns:
            Itself.
        """

    @abstractmethod
    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Map (n, dim) embeddings to (n, dim') float64 vectors, row by row."""

    def check_parameters(self) -> None:  # noqa: B027  # a hook: most back-ends have no range to check
        """Check the keyword arguments; ``fit`` and ``load`` call it.

        Raises:
            InputError: One is out of range.
        """

    def prepare(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Do what is needed once per utterance: transform, then unit length.

        Args:
            vectors: (n, dim), finite.

        Returns:
            (n, k) float64, what ``score_prepared`` and ``enroll`` take.

        Raises:
            InputError: Not fitted, another dimension, or a row without direction.
        """
        return length_normalize(self.transform(vectors))

    def score_prepared(
        self, prepared: NDArray[np.float64], enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Score pairs of rows of a prepared matrix.

        Args:
            prepared: (n, k) of ``prepare``.
            enroll_rows: (trial,) int64, row of each trial's enrolment side.
            test_rows: (trial,) int64, row of each trial's test side.

        Returns:
            (trial,) float64.
        """
        return np.clip(pair_scores(prepared, enroll_rows, test_rows), -1.0, 1.0)

    def factors(self, prepared: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return two matrices whose inner products are scores.

        For all pairs of many utterances, a matrix product is the fastest way there is: the score of row i as
        enrolment against row j as test is ``left[i] @ right[j]`` (up to rounding, which can leave [-1, 1]).

        Args:
            prepared: (n, k) of ``prepare``.

        Returns:
            Left and right factors, both (n, f) float64; the same matrix twice for a cosine.
        """
        return prepared, prepared

    def score_matrix(self, enroll: NDArray[np.float64], test: NDArray[np.float64]) -> NDArray[np.float64]:
        """Score every enrolment against every test.

        Args:
            enroll: (n, k) of ``prepare``.
            test: (m, k) of ``prepare``.

        Returns:
            (n, m) float64.
        """
        scores: NDArray[np.float64] = self.factors(enroll)[0] @ self.factors(test)[1].T
        return np.clip(scores, -1.0, 1.0) if self.score_kind == "cosine" else scores

    def score_pairs(
        self, vectors: ArrayLike, enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Score pairs of rows of (n, dim) embeddings: (trial,) float64.

        Each row is prepared once, however many trials it is in.

        Raises:
            InputError: As ``prepare``.
        """
        return self.score_prepared(self.prepare(vectors), enroll_rows, test_rows)

    def score(self, enroll: ArrayLike, test: ArrayLike) -> NDArray[np.float64]:
        """Score (trial, dim) enrolments against the (trial, dim) tests beside them: (trial,) float64.

        Raises:
            InputError: The shapes differ, or as ``prepare``.
        """
        left, right = as_matrix(enroll, name="enroll"), as_matrix(test, name="test")
        if left.shape != right.shape:
            raise InputError(f"expected enroll and test of one shape, got {left.shape} and {right.shape}")
        rows = np.arange(len(left))
        return self.score_pairs(np.concatenate([left, right]), rows, rows + len(left))

    def enroll(
        self, prepared: NDArray[np.float64], groups: Sequence[NDArray[np.int64]]
    ) -> NDArray[np.float64]:
        """Make one model of each group of enrolment utterances: the direction of the mean of unit vectors.

        Args:
            prepared: (n, k) of ``prepare``.
            groups: Rows of each model's utterances, at least one row each.

        Returns:
            (model, k') float64, what ``score_models`` takes.

        Raises:
            InputError: A group is empty, or its vectors cancel.
        """
        return length_normalize(group_means(prepared, groups))

    def score_models(
        self,
        models: NDArray[np.float64],
        prepared: NDArray[np.float64],
        model_rows: NDArray[np.int64],
        test_rows: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Score models against single utterances.

        Args:
            models: (model, k') of ``enroll``.
            prepared: (n, k) of ``prepare``.
            model_rows: (trial,) int64, row of each trial's model.
            test_rows: (trial,) int64, row of each trial's test utterance in ``prepared``.

        Returns:
            (trial,) float64.
        """
        return np.clip(paired_products(models, prepared, model_rows, test_rows), -1.0, 1.0)

    def parameters(self) -> dict[str, object]:
        """Return the keyword arguments by name, without those that only ``fit`` needs."""
        return {name: getattr(self, name) for name in _parameter_names(type(self))}

    def save(self, folder: Path) -> None:
        """Write ``config.json`` (class name, keyword arguments) and ``arrays.npz`` to ``folder``.

        Raises:
            InputError: Not fitted.
        """
        arrays = {name.removesuffix("_"): fitted(self, name) for name in self.learned}
        save_artefact(folder, kind=type(self).__name__, config=self.parameters(), arrays=arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else, or values that this class does not take.
        """
        names = [name.removesuffix("_") for name in cls.learned]
        config, arrays = load_artefact(folder, kind=cls.__name__, names=names)
        config.pop("kind")
        if set(config) != set(_parameter_names(cls)):
            raise InputError(f"{folder}: expected the parameters of {cls.__name__}, got {sorted(config)}")
        backend = cls(**config)
        try:
            backend.check_parameters()
        except (InputError, TypeError) as error:  # TypeError: a string where a number is compared
            raise InputError(f"{folder}: not the parameters of {cls.__name__}: {error}") from error
        for name in cls.learned:
            setattr(backend, name, arrays[name.removesuffix("_")])
        return backend


def load_backend(folder: Path) -> Backend:
    """Read a saved back-end of whatever kind.

    The kind is looked up by class name among the subclasses of ``Backend`` that are imported: those of this
    package and of loaded plug-ins. A file cannot make anything else be imported.

    Args:
        folder: Written by ``Backend.save``.

    Raises:
        InputError: No saved back-end, an unknown kind, or a kind that two modules define.
    """
    kind, found = saved_kinds(folder, Backend)  # type: ignore[type-abstract]  # walked, never instantiated
    if not found:
        raise InputError(f"{folder}: no back-end is called {kind!r:.80}; is its plug-in installed?")
    if len(found) > 1:
        modules = ", ".join(sorted(each.__module__ for each in found))
        raise InputError(f"{folder}: several back-ends are called {kind}: {modules}")
    return found.pop().load(folder)


def fitted(backend: Backend, name: str, *, dim: int | None = None) -> NDArray[np.float64]:
    """Return a learned array of a fitted back-end.

    Args:
        backend: The back-end.
        name: Attribute with the underscore.
        dim: What its last axis must measure; None does not check.

    Raises:
        InputError: Not fitted, or fitted on another dimension.
    """
    array = getattr(backend, name, None)
    if array is None:
        raise InputError(f"expected a fitted {type(backend).__name__}; call fit or load first")
    learned = cast(NDArray[np.float64], array)
    if dim is not None and learned.shape[-1] != dim:
        raise InputError(f"expected embeddings of dimension {learned.shape[-1]} as in training, got {dim}")
    return learned


def group_means(prepared: NDArray[np.float64], groups: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Average the rows of each group: (group, k).

    Raises:
        InputError: A group is empty.
    """
    means = np.empty((len(groups), prepared.shape[1]))
    for number, rows in enumerate(groups):
        if len(rows) == 0:
            raise InputError(f"expected at least one enrolment utterance per model, model {number} has none")
        means[number] = prepared[rows].mean(axis=0)
    return means


def paired_products(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    left_rows: NDArray[np.int64],
    right_rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Inner products of chosen rows of two matrices, as ``pair_scores`` takes them of one: (trial,) float64.

    Raises:
        InputError: A row number is out of range.
    """
    if left_rows.size and left_rows.max() >= len(left):
        raise InputError(f"expected rows of models in 0..{len(left) - 1}, got {left_rows.max()}")
    if right_rows.size and right_rows.min() < 0:
        raise InputError(f"expected rows of tests of at least 0, got {right_rows.min()}")
    return pair_scores(np.concatenate([left, right], dtype=np.float32), left_rows, right_rows + len(left))


def _parameter_names(kind: type[Backend]) -> list[str]:
    """Return the names of the keyword arguments that are saved."""
    return [name for name in inspect.signature(kind).parameters if name not in kind.fit_only]
