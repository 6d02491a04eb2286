"""Samples of training items out of shards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, StringIndex
from kowairo.data import decode_bytes
from kowairo.data.shards import ShardReader, ShardSet

from .audio_source import AudioSource


class ShardAudio(AudioSource):
    """Decodes utterances of shards: those that a lane has read, and any other by a read of its own.

    Args:
        shards: the shards.
    """

    def __init__(self, shards: ShardSet) -> None:
        self.shards = shards
        self.reader = ShardReader(shards)
        self._present: Mapping[str, tuple[int, bytes | None]] = {}

    @contextmanager
    def holding(self, present: Mapping[str, tuple[int, bytes | None]]) -> Iterator[None]:
        """Have what was read at hand.

        Args:
            present: row in the shards' index and audio file of utterances; None for one that is still to be
                read.
        """
        self._present = present
        try:
            yield
        finally:
            self._present = {}

    def samples(self, utt: str) -> NDArray[np.float32]:
        """Decoded samples; see `AudioSource.samples`."""
        row, content = self._present.get(utt, (None, None))
        if row is None:
            row = self._index.row(utt)
            if row < 0:
                raise InputError(f"{self.shards.folder}: no utterance {utt!r} in the shards")
        if content is None:
            content = self.reader.read(row)
        return decode_bytes(content, source=self.reader.source(row)).samples

    def __contains__(self, utt: str) -> bool:
        return self._index.row(utt) >= 0

    @cached_property
    def _index(self) -> StringIndex:
        # Made when the first utterance is asked for out of its order: that is rare, and it costs seconds.
        return StringIndex(self.shards.utts)
