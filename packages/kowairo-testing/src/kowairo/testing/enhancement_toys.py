"""Speakers as points of a space, seen through what is not the speaker: ground truth for enhancement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kowairo.core import EmbeddingSet, Trials


@dataclass(frozen=True)
class EnhancementToys:
    """A world of speakers; the same for every set that is drawn of it.

    An embedding is a speaker's direction in one subspace, plus a session's and an utterance's disturbance,
    together stronger, in another one, plus a little of everything. What can be learnt from some speakers, the
    two subspaces, helps for all. In an isotropic world both are the whole space: there is nothing to learn.
    """

    dim: int = 512
    """Dimensions of the space."""
    subspace_dim: int | None = 64
    """Dimensions of either subspace; None makes the world isotropic."""
    session_scale: float = 1.0
    """Length of a session's disturbance over that of a speaker's direction."""
    utterance_scale: float = 2.0
    """Length of an utterance's disturbance over that of a speaker's direction."""
    seed: int = 0
    """Of the subspaces."""

    def draw(self, prefix: str, num_speakers: int, *, per_session: int = 2, seed: int) -> EmbeddingSet:
        """Draw speakers with two sessions each.

        Args:
            prefix: First letters of the speakers' names.
            num_speakers: Number of speakers.
            per_session: Utterances of a session.
            seed: Of the speakers; sets of other seeds have other speakers.

        Returns:
            Embeddings with ids `speaker/session/utterance`.
        """
        rng = np.random.default_rng([self.seed, seed])
        of_speaker, of_noise = self._subspaces()
        each, count = 2 * per_session, 2 * per_session * num_speakers
        width, noise_width = of_speaker.shape[1], of_noise.shape[1]
        speakers = np.repeat(rng.normal(size=(num_speakers, width)), each, axis=0) / np.sqrt(width)
        sessions = np.repeat(rng.normal(size=(2 * num_speakers, noise_width)), per_session, axis=0)
        utterances = rng.normal(size=(count, noise_width))
        disturbed = self.session_scale * sessions + self.utterance_scale * utterances
        everything = 0.3 * rng.normal(size=(count, self.dim)) / np.sqrt(self.dim)
        vectors = speakers @ of_speaker.T + disturbed @ of_noise.T / np.sqrt(noise_width) + everything
        utts = [
            f"{prefix}{row // each:05d}/{'ab'[row // per_session % 2]}/{row % per_session}"
            for row in range(count)
        ]
        return EmbeddingSet(vectors.astype(np.float32), utts, {})

    def trials(self, embeddings: EmbeddingSet, *, count: int = 4000, seed: int = 0) -> Trials:
        """Draw trials across sessions, half of them targets.

        Args:
            embeddings: Of `draw`.
            count: Number of trials.
            seed: Of the draw.
        """
        rng = np.random.default_rng(seed)
        utts = np.array(embeddings.utts)
        speakers = np.array([utt.split("/")[0] for utt in utts])
        sessions = np.array([utt.split("/")[1] for utt in utts])
        first = rng.integers(len(utts), size=count)
        second = np.empty(count, dtype=np.int64)
        for place, row in enumerate(first.tolist()):
            same = speakers == speakers[row]
            fits = same & (sessions != sessions[row]) if place % 2 == 0 else ~same
            second[place] = rng.choice(np.flatnonzero(fits))
        return Trials(utts[first].tolist(), utts[second].tolist(), np.arange(count) % 2 == 0)

    def _subspaces(self) -> tuple[np.ndarray[tuple[int, int]], np.ndarray[tuple[int, int]]]:
        """Orthonormal columns of the speakers' subspace and of the disturbances'."""
        if self.subspace_dim is None:
            return np.eye(self.dim), np.eye(self.dim)
        rng = np.random.default_rng(self.seed)
        basis, _ = np.linalg.qr(rng.normal(size=(self.dim, 2 * self.subspace_dim)))
        return basis[:, : self.subspace_dim], basis[:, self.subspace_dim :]
