"""Multi-utterance embeddings: what the net should give for one utterance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.scoring import length_normalize

from .config import LeftOut, Target

_BLOCK_ROWS = 16384


class SpeakerMeans:
    """The mean of each speaker's embeddings, with or without one of them.

    "normalize_average": ``t_i = mean_j x_j / |x_j|``, not scaled again. "average_normalize":
    ``t_i = m / |m|`` with ``m = mean_j x_j``. j runs over the speaker's utterances, all or those other than
    i. Only the sums are kept, so a million utterances cost no more than their speakers.

    Args:
        sums: (speaker, dim) float64, of unit-length or raw embeddings.
        counts: (speaker,) int64, utterances of each.
        target: Which mean.

    Source: proj_2022NC (2022), there multi-utterance embeddings B and C; its C scales the last utterance
    in place of the mean, which is not done here.
    """

    def __init__(self, sums: NDArray[np.float64], counts: NDArray[np.int64], *, target: Target) -> None:
        self._sums, self.counts, self._target = sums, counts, target

    @classmethod
    def of(
        cls, embeddings: EmbeddingSet, speakers: NDArray[np.int64], num_speakers: int, *, target: Target
    ) -> SpeakerMeans:
        """Sum up embeddings, block by block in the order of the file.

        Args:
            embeddings: (n, dim).
            speakers: (n,) int64, speaker of each row; -1 where a row is not used.
            num_speakers: Number of speakers.
            target: Which mean.

        Raises:
            InputError: A row that is used is zero or not finite; the message names and counts.
        """
        sums = np.zeros((num_speakers, embeddings.dim))
        unusable: list[str] = []
        for start in range(0, len(speakers), _BLOCK_ROWS):
            used = np.flatnonzero(speakers[start : start + _BLOCK_ROWS] >= 0)
            if not used.size:
                continue
            rows = np.asarray(embeddings.vectors[start : start + _BLOCK_ROWS][used], dtype=np.float64)
            lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
            good = np.isfinite(lengths) & (lengths > 0)
            unusable += [embeddings.utts[start + row] for row in used[~good].tolist()]
            if target == "normalize_average":
                rows[good] /= lengths[good, None]
            _add_by_speaker(sums, rows[good], speakers[start + used[good]])
        if unusable:
            raise InputError(f"the embedding of {unusable[0]!r} is zero or not finite ({len(unusable)} such)")
        counts = np.bincount(speakers[speakers >= 0], minlength=num_speakers).astype(np.int64)
        return cls(sums, counts, target=target)

    def targets(
        self, vectors: ArrayLike, speakers: NDArray[np.int64], *, left_out: LeftOut
    ) -> NDArray[np.float32]:
        """Targets of some utterances.

        Args:
            vectors: (m, dim), their embeddings as they were summed up.
            speakers: (m,) int64, their speakers; with "input", of two utterances or more.
            left_out: "input" leaves the utterance itself out of its mean, "nothing" does not.

        Returns:
            (m, dim) float32.

        Raises:
            InputError: A mean has no direction, so that it cannot be scaled.
        """
        if left_out == "nothing":
            return self.means(speakers)
        own = np.asarray(vectors, dtype=np.float64)
        own = length_normalize(own) if self._target == "normalize_average" else own
        return self._scaled((self._sums[speakers] - own) / (self.counts[speakers] - 1)[:, None])

    def targets_of_sets(
        self, sets: Sequence[ArrayLike], speakers: NDArray[np.int64], *, left_out: LeftOut
    ) -> NDArray[np.float32]:
        """Targets of sets of utterances.

        Args:
            sets: m times (items, dim), embeddings as they were summed up, all of one speaker.
            speakers: (m,) int64, their speakers; with "input", of more utterances than the set.
            left_out: "input" leaves the set out of its speaker's mean, "nothing" does not.

        Returns:
            (m, dim) float32.

        Raises:
            InputError: As `targets`.
        """
        if left_out == "nothing":
            return self.means(speakers)
        scaled = [
            length_normalize(part) if self._target == "normalize_average" else np.asarray(part, np.float64)
            for part in sets
        ]
        own = np.stack([part.sum(axis=0) for part in scaled])
        left = self.counts[speakers] - np.array([len(part) for part in scaled])
        return self._scaled((self._sums[speakers] - own) / left[:, None])

    def means(self, speakers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The mean over all utterances of some speakers.

        Args:
            speakers: (m,) int64, each with an utterance or more.

        Returns:
            (m, dim) float32.

        Raises:
            InputError: As `targets`.
        """
        return self._scaled(self._sums[speakers] / self.counts[speakers][:, None])

    def _scaled(self, means: NDArray[np.float64]) -> NDArray[np.float32]:
        scaled = length_normalize(means) if self._target == "average_normalize" else means
        return scaled.astype(np.float32)


def multi_utterance_targets(
    vectors: ArrayLike, speakers: Sequence[str], *, target: Target, left_out: LeftOut
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Build the target of every utterance from its speaker's utterances; see `SpeakerMeans`.

    Args:
        vectors: (n, dim) embeddings.
        speakers: (n,) their speakers.
        target: Which mean.
        left_out: "input" or "nothing".

    Returns:
        Rows that have a target (m,) int64, ascending, and their targets (m, dim) float32. Under "input", the
        utterances of speakers with only one have none.

    Raises:
        InputError: Lengths differ, or a vector or an average has no direction.
    """
    matrix = np.asarray(vectors, dtype=np.float32)
    if len(speakers) != len(matrix):
        raise InputError(f"expected one speaker per row, got {len(speakers)} for {len(matrix)} rows")
    names, index = np.unique(np.array(speakers), return_inverse=True)
    numbers = index.astype(np.int64)
    embeddings = EmbeddingSet(matrix, [str(row) for row in range(len(matrix))])
    means = SpeakerMeans.of(embeddings, numbers, len(names), target=target)
    rows = np.flatnonzero(means.counts[numbers] > (1 if left_out == "input" else 0))
    return rows, means.targets(matrix[rows], numbers[rows], left_out=left_out)


def _add_by_speaker(
    sums: NDArray[np.float64],
    rows: NDArray[np.float64],
    speakers: NDArray[np.int64],
) -> None:
    """Add rows to their speakers' sums; sums over runs of one speaker are much faster than `np.add.at`."""
    if not speakers.size:
        return
    order = np.argsort(speakers, kind="stable")
    ordered = speakers[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    sums[ordered[starts]] += np.add.reduceat(rows[order], starts, axis=0)
