"""Several back-ends one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError, atomic_folder, read_json, write_json
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import Backend, ScoreKind, load_backend


class Chain(Backend):
    """Apply steps in turn; the last one scores.

    E.g. ``Chain(steps=[MeanSubtraction(), Whitening(), LengthNorm(), PLDA()])``. Each step is fitted on what
    the steps before it make of the training embeddings.

    Saved as a folder with ``config.json`` and one folder per step (``step0`` ...), each as the step saves
    itself.

    Args:
        steps: At least one back-end; ``fit`` fits these very objects.
    """

    def __init__(self, *, steps: Sequence[Backend]) -> None:
        self.steps = steps

    @property
    def score_kind(self) -> ScoreKind:
        """What the last step's scores are."""
        return self.steps[-1].score_kind

    def check_parameters(self) -> None:
        """Check that there is a step, and the steps themselves.

        Raises:
            InputError: There is none, or a step refuses its parameters.
        """
        if not self.steps:
            raise InputError("expected at least one step in the chain")
        for step in self.steps:
            step.check_parameters()

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Fit every step on (n, dim) vectors of (n,) speakers, as the steps before it leave them.

        Raises:
            InputError: No step, or a step cannot be fitted; the message says which.
        """
        self.check_parameters()
        moved = as_matrix(vectors, name="vectors")
        for number, step in enumerate(self.steps):
            try:
                step.fit(moved, speakers)
                if number + 1 < len(self.steps):
                    moved = step.transform(moved)
            except InputError as error:
                raise InputError(f"step {number} ({type(step).__name__}): {error}") from error
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Pass (n, dim) vectors through all steps: (n, dim').

        Raises:
            InputError: A step is not fitted, or refuses the vectors.
        """
        return self.steps[-1].transform(self._before_last(vectors))

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the one affine map that all steps together are.

        Returns:
            Matrix (dim', dim) and offset (dim',), as ``AffineBackend.affine``.

        Raises:
            InputError: A step is not fitted, or is no affine map (``LengthNorm``, ``PLDA``).
        """
        matrix, offset = _affine(self.steps[0])
        for step in self.steps[1:]:
            next_matrix, next_offset = _affine(step)
            matrix, offset = next_matrix @ matrix, next_matrix @ offset + next_offset
        return matrix, offset

    def prepare(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Pass (n, dim) vectors through the steps and prepare them as the last step does."""
        return self.steps[-1].prepare(self._before_last(vectors))

    def score_prepared(
        self, prepared: NDArray[np.float64], enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Score pairs of prepared rows as the last step does: (trial,) float64."""
        return self.steps[-1].score_prepared(prepared, enroll_rows, test_rows)

    def factors(self, prepared: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return factors of prepared rows as the last step does: two of (n, f)."""
        return self.steps[-1].factors(prepared)

    def enroll(
        self, prepared: NDArray[np.float64], groups: Sequence[NDArray[np.int64]]
    ) -> NDArray[np.float64]:
        """Make a model of each group of prepared rows as the last step does: (model, k')."""
        return self.steps[-1].enroll(prepared, groups)

    def score_models(
        self,
        models: NDArray[np.float64],
        prepared: NDArray[np.float64],
        model_rows: NDArray[np.int64],
        test_rows: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Score models against prepared rows as the last step does: (trial,) float64."""
        return self.steps[-1].score_models(models, prepared, model_rows, test_rows)

    def save(self, folder: Path) -> None:
        """Write ``config.json`` and a folder for each step; the whole appears at once or not at all.

        Raises:
            InputError: A step is not fitted.
        """
        with atomic_folder(folder) as part:
            write_json(part / "config.json", {"kind": "Chain", "num_steps": len(self.steps)})
            for number, step in enumerate(self.steps):
                step.save(part / f"step{number}")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else, or a step cannot be read.
        """
        config = read_json(folder / "config.json")
        num_steps = config.get("num_steps") if isinstance(config, dict) else None
        if not isinstance(num_steps, int) or num_steps < 1 or config.get("kind") != "Chain":
            raise InputError(f"{folder / 'config.json'}: expected a Chain with num_steps, got {config!r:.80}")
        return cls(steps=[load_backend(folder / f"step{number}") for number in range(num_steps)])

    def _before_last(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Pass vectors through all steps but the last."""
        moved = as_matrix(vectors, name="vectors")
        for step in self.steps[:-1]:
            moved = step.transform(moved)
        return moved


def _affine(step: Backend) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the affine map of a step, or say that it has none."""
    if isinstance(step, AffineBackend | Chain):
        return step.affine()
    raise InputError(f"{type(step).__name__} is no affine map, so a chain with it is none")
