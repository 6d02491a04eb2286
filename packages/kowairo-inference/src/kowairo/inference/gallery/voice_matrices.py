"""The voices of a gallery in memory, as far as they are needed."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .reference_table import ReferenceTable
from .voice_matrix import VoiceMatrix, VoiceScoring, unit_vectors

_PROBES = 32
_REFERENCES_PER_QUERY = 200


class VoiceMatrices:
    """Matrices of a table's voices. Safe to share among threads.

    Args:
        table: The references.
        max_in_memory: All voices are scored up to so many references, and beyond where there is no index.
    """

    def __init__(self, table: ReferenceTable, *, max_in_memory: int) -> None:
        self._table, self._max_in_memory = table, max_in_memory
        self._lock = threading.RLock()
        self._kept: dict[VoiceScoring, VoiceMatrix] = {}
        self._version = -1

    def whole(self, scoring: VoiceScoring) -> VoiceMatrix:
        """All voices, kept until the table changes."""
        with self._lock:
            if self._version != self._table.version:
                self._kept.clear()
                self._version = self._table.version
            if scoring not in self._kept:
                self._kept[scoring] = self._build(scoring, None)
            return self._kept[scoring]

    def near(self, vectors: NDArray[np.float32], *, count: int, scoring: VoiceScoring) -> VoiceMatrix:
        """All voices, or beyond the limit those that the index finds near.

        Args:
            vectors: (recording, dim), of any length.
            count: Voices wanted for each.
            scoring: How a voice with several references is scored.
        """
        if self._table.count() <= self._max_in_memory or not self._table.has_index:
            return self.whole(scoring)
        found = self._table.near(
            unit_vectors(vectors), count=max(_REFERENCES_PER_QUERY, 20 * count), nprobes=_PROBES
        )
        return self._build(scoring, found)

    def of_voices(self, scoring: VoiceScoring, voices: Sequence[str]) -> VoiceMatrix:
        """Some voices, read anew."""
        return self._build(scoring, voices)

    def _build(self, scoring: VoiceScoring, voices: Sequence[str] | None) -> VoiceMatrix:
        version = self._table.version
        if voices is None:
            names = list(self._table.names(version=version))
        else:
            facts = [one.voice for one in self._table.facts(voices=voices, version=version)]
            names = [(facts, np.ones(len(facts), dtype=np.int64))]
        return VoiceMatrix.build(
            names,
            lambda: self._table.vectors(voices=voices, version=version),
            dim=self._table.encoder.dim,
            scoring=scoring,
        )
