"""References of voices: what a gallery keeps of each recording."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from .voice_names import clean_voice_name


@dataclass(frozen=True)
class ReferenceFacts:
    """One reference without its vector."""

    voice: str
    """Name of the voice."""
    source: str
    """Where it came from, for people: a path, an utterance."""
    digest: str
    """What tells it from others: the same recording is kept once per voice."""
    duration_s: float | None = None
    """Length of the recording, None if unknown."""


class References:
    """Recordings of named voices as vectors.

    Args:
        facts: Of each reference; names are brought to their one spelling.
        vectors: (reference, dim), float32, as the encoder gave them.

    Raises:
        InputError: The shapes disagree, a vector is zero or not finite, or a name is none.
    """

    def __init__(self, facts: Sequence[ReferenceFacts], vectors: NDArray[np.float32]) -> None:
        if vectors.ndim != 2 or len(vectors) != len(facts):
            raise InputError(f"expected vectors ({len(facts)}, dim), got {vectors.shape}")
        lengths = np.linalg.norm(vectors, axis=1)
        usable = np.isfinite(lengths) & (lengths > 0)
        if not usable.all():
            first = facts[int(np.argmin(usable))]
            raise InputError(f"{first.source}: its embedding is zero or not finite")
        self.facts = [
            ReferenceFacts(clean_voice_name(one.voice), one.source, one.digest, one.duration_s)
            for one in facts
        ]
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    def subset(self, rows: Sequence[int]) -> "References":
        """Some of them.

        Args:
            rows: Their numbers.

        Returns:
            These, in this order.
        """
        return References([self.facts[row] for row in rows], self.vectors[np.asarray(rows, dtype=np.int64)])


def vector_digest(vector: NDArray[np.float32]) -> str:
    """What tells a vector from others where its recording is not at hand: 64 bits of a SHA-256."""
    content = np.ascontiguousarray(vector, dtype="<f4").tobytes()
    return f"vector:{hashlib.sha256(content).hexdigest()[:16]}"
