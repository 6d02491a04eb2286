"""Lines to vectors at the speed of the machine: decoding ahead, one core or one GPU at full work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import RecordFile
from kowairo.data import AudioError
from kowairo.models import Encoder

from .crops import CropPlan
from .embed_file import device_of, embed_samples, embed_together
from .embed_part import EmbedPart, SkippedFile
from .embedding_source import EmbeddingSource

# Decoded lines that wait, per worker: enough for a slow disk, little beside an encoder.
_AHEAD = 4
# Audio that a GPU gets at a time: enough to fill it, and 3 GB of frames at the published sizes.
_TOGETHER_S = 240.0


_Result = TypeVar("_Result")
# Id, vector, and whether the encoder was trained on it. Samples are let go as soon as they are embedded.
_Embedded = tuple[str, NDArray[np.float32], bool]


@dataclass(frozen=True, eq=False)
class DecodedLine:
    """A line that is read."""

    utt: str
    samples: NDArray[np.float32]
    heard: bool
    """Whether the encoder was trained on it."""


class Extraction:
    """Embeds lines part by part; a context, whose threads end with it.

    Threads read and decode some lines ahead of those that compute, so that a core does not wait for a disk.
    On a CPU each of the workers computes one line at a time with one core: kernels spread over cores wait for
    each other, and batches leave the caches (docs/extraction.md). On a GPU the lines that are read go through
    the network together, without padding. Results are in the order of the lines, whoever was first.

    Args:
        source: the lines.
        encoder: in evaluation mode, prepared (`prepare_encoder`).
        record: what the encoder was trained on, to compare every line with.
        max_duration_s: only the first so many seconds of a line.
        crops: crops of each line; None embeds it whole.
        workers: lines in work at a time.
    """

    def __init__(
        self,
        source: EmbeddingSource,
        encoder: Encoder,
        *,
        record: RecordFile | None = None,
        max_duration_s: float | None = None,
        crops: CropPlan | None = None,
        workers: int = 2,
    ) -> None:
        self._source, self._encoder, self._record = source, encoder, record
        self._max_duration_s, self._crops, self._workers = max_duration_s, crops, workers

    def __enter__(self) -> Self:
        self._threads = torch.get_num_threads()
        self._readers = ThreadPoolExecutor(self._workers)
        self._computing = ThreadPoolExecutor(self._workers, initializer=torch.set_num_threads, initargs=(1,))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What waits is not begun any more: after an error nobody wants it.
        self._readers.shutdown(cancel_futures=True)
        self._computing.shutdown(cancel_futures=True)
        torch.set_num_threads(self._threads)

    def embed_part(self, utts: Sequence[str], *, vector_shape: tuple[int, ...]) -> EmbedPart:
        """Embed some lines.

        Args:
            utts: ids of the lines.
            vector_shape: shape of what one line gives.

        Returns:
            Vectors in the order of the lines, and those that cannot be used.

        Raises:
            NonFiniteEmbeddingError: an embedding is not finite.
        """
        on_cpu = device_of(self._encoder).type == "cpu"
        found = list(self._one_by_one(utts) if on_cpu else self._together(utts))
        kept = [item for item in found if not isinstance(item, SkippedFile)]
        skipped = [item for item in found if isinstance(item, SkippedFile)]
        nothing = np.empty((0, *vector_shape), dtype=np.float32)
        vectors = np.stack([vector for _, vector, _ in kept]) if kept else nothing
        heard = sorted(utt for utt, _, heard in kept if heard)
        return EmbedPart([utt for utt, _, _ in kept], vectors, skipped, heard)

    def _one_by_one(self, utts: Sequence[str]) -> Iterator[_Embedded | SkippedFile]:
        reads = (self._readers.submit(self._read, utt) for utt in utts)
        return _in_order((self._computing.submit(self._embed, read) for read in reads), self._window)

    def _together(self, utts: Sequence[str]) -> Iterator[_Embedded | SkippedFile]:
        batch: list[DecodedLine] = []
        samples = 0
        for line in _in_order((self._readers.submit(self._read, utt) for utt in utts), self._window):
            if isinstance(line, SkippedFile):
                yield line
                continue
            batch.append(line)
            samples += self._samples_embedded(line)
            if samples >= _TOGETHER_S * self._encoder.sample_rate_hz:
                yield from self._embed_batch(batch)
                batch, samples = [], 0
        if batch:
            yield from self._embed_batch(batch)

    @property
    def _window(self) -> int:
        return self._workers * _AHEAD

    def _samples_embedded(self, line: DecodedLine) -> int:
        rate_hz = self._encoder.sample_rate_hz
        if self._crops is not None:
            return round(self._crops.count * self._crops.duration_s * rate_hz)
        longest = len(line.samples) if self._max_duration_s is None else round(self._max_duration_s * rate_hz)
        return min(len(line.samples), longest)

    def _read(self, utt: str) -> DecodedLine | SkippedFile:
        rate_hz = self._encoder.sample_rate_hz
        try:
            samples = self._source.samples(utt, sample_rate_hz=rate_hz)
        except AudioError as error:
            return SkippedFile(utt, error.reason, str(error))
        heard = self._record is not None and self._record.record.has_audio(
            self._source.hashes(utt, samples, sample_rate_hz=rate_hz)
        )
        return DecodedLine(utt, samples, heard)

    def _embed(self, read: Future[DecodedLine | SkippedFile]) -> _Embedded | SkippedFile:
        line = read.result()
        if isinstance(line, SkippedFile):
            return line
        try:
            vector = embed_samples(
                line.samples,
                self._encoder,
                name=line.utt,
                max_duration_s=self._max_duration_s,
                crops=self._crops,
            )
        except AudioError as error:
            return SkippedFile(line.utt, error.reason, str(error))
        return line.utt, vector, line.heard

    def _embed_batch(self, lines: Sequence[DecodedLine]) -> Iterator[_Embedded]:
        vectors = embed_together(
            [(line.utt, line.samples) for line in lines],
            self._encoder,
            max_duration_s=self._max_duration_s,
            crops=self._crops,
        )
        for line, vector in zip(lines, vectors, strict=True):
            yield line.utt, vector, line.heard


def _in_order(futures: Iterator[Future[_Result]], window: int) -> Iterator[_Result]:
    """Results in order; futures are asked for only as long as fewer than `window` are open."""
    pending: deque[Future[_Result]] = deque()
    for future in futures:
        pending.append(future)
        if len(pending) >= window:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
