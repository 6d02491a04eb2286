"""The contract of score normalisation."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError, Scores, TableError, atomic_path
from kowairo.core.score_blocks import ScoreBlock, iter_score_blocks
from kowairo.scoring._artefact import saved_kinds
from kowairo.scoring.normalization.cohort import Cohort


@dataclass(frozen=True)
class FileCounts:
    """What became of the trials of a file."""

    written: int
    """Trials with a score."""
    skipped: int
    """Trials left out, because an utterance of theirs was not measured."""


class ScoreNormalizer(ABC):
    """Fitted on a cohort and the utterances of the trials; then maps scores to comparable scores.

    The cohort's vectors must have gone through the same back-end as the scores.

    ``__init__`` stores keyword arguments under their own names only; what ``fit`` learns ends in an
    underscore. A new normaliser is one subclass in one file (of this class, or of ``CohortNorm`` if it is
    a formula of each side's mean and deviation); ``kowairo.testing.check_score_normalizer`` is its
    contract suite.
    """

    @abstractmethod
    def fit(
        self, embeddings: EmbeddingSet, cohort: Cohort, *, utt2spk: Mapping[str, str] | None = None
    ) -> Self:
        """Measure the utterances of the trials against the cohort.

        Args:
            embeddings: Holds every utterance of the trials.
            cohort: The impostors.
            utt2spk: Speakers of the utterances. With it a cohort that shares a speaker with them is refused
                or, if so asked, its rows are left out for that speaker.

        Returns:
            Itself.
        """

    @abstractmethod
    def transform(self, scores: Scores) -> Scores:
        """Return normalised scores of the same trials in the same order.

        Raises:
            InputError: Not fitted, or an utterance was not measured.
        """

    def transform_block(self, block: ScoreBlock) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Normalise a block of a score file; a subclass may do without the strings.

        Args:
            block: Some trials and their raw scores.

        Returns:
            (trial,) whether both utterances of the trial were measured, and the normalised scores of those
            trials. Here all are, or ``transform`` raises.
        """
        scores = self.transform(Scores(block.enroll.texts(), block.test.texts(), block.values))
        return np.ones(len(block), dtype=np.bool_), scores.values

    def transform_file(self, path: Path | str, out: Path | str, *, skip_missing: bool = False) -> FileCounts:
        """Normalise a score file into another one, block by block: memory does not grow with the trials.

        Args:
            path: Raw scores, `enroll test score` lines.
            out: Normalised scores of the same trials in the same order, written at full precision.
            skip_missing: Leave out and count trials with an utterance that was not measured.

        Returns:
            How many scores were written and left out.

        Raises:
            InputError: Not fitted, or there is no such file.
            TableError: A line is not a score, or its utterance was not measured.
        """
        written = skipped = 0
        with atomic_path(out) as partial, partial.open("wb") as file:
            for block in iter_score_blocks(path):
                known, values = self.transform_block(block)
                if not skip_missing and not known.all():
                    raise _unmeasured(path, block, known)
                file.write((block if known.all() else block.take(known)).formatted(values))
                written += len(values)
                skipped += len(block) - len(values)
        return FileCounts(written, skipped)

    @abstractmethod
    def normalize_pair(self, score: float, enroll: ArrayLike, test: ArrayLike) -> float:
        """Normalise one score of two embeddings that need not have been fitted: an application's use.

        Args:
            score: Raw score of the pair.
            enroll: (dim,) embedding.
            test: (dim,) embedding.

        Returns:
            The normalised score.

        Raises:
            InputError: Not fitted, or an embedding does not fit the cohort.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the fitted normaliser to ``folder``: JSON and plain arrays.

        Raises:
            InputError: Not fitted.
        """

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """

    def parameters(self) -> dict[str, object]:
        """Return the keyword arguments by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}


def _unmeasured(path: Path | str, block: ScoreBlock, known: NDArray[np.bool_]) -> TableError:
    place = int(np.argmin(known))
    trial = f"{block.enroll.texts()[place]} {block.test.texts()[place]}"
    return TableError(path, int(block.lines[place]), f"an utterance of the trial {trial} was not measured")


def load_normalizer(folder: Path) -> ScoreNormalizer:
    """Read a saved normaliser of whatever kind.

    The kind is looked up by class name among the subclasses of ``ScoreNormalizer`` that are imported: those
    of this package and of loaded plug-ins. A file cannot make anything else be imported.

    Args:
        folder: Written by ``ScoreNormalizer.save``.

    Raises:
        InputError: No saved normaliser, an unknown kind, or a kind that two modules define.
    """
    kind, found = saved_kinds(folder, ScoreNormalizer)  # type: ignore[type-abstract]  # walked only
    if len(found) != 1:
        raise InputError(f"{folder}: expected one normaliser called {kind!r:.80}, {len(found)} are imported")
    return found.pop().load(folder)
