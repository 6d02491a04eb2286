"""Recordings of any form to embeddings with their quality: the drop-in Python interface."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import AudioRef, InputError, encoder_folder, find_named, read_json
from kowairo.data import SAMPLE_RATE_HZ
from kowairo.data.audio import MAX_DURATION_S
from kowairo.models import Encoder, SileroVad
from kowairo.models.hub import check_digest, fetch_checkpoint, is_hub_id

from .crops import CropPlan, evenly_spaced_crops
from .embed_file import NonFiniteEmbeddingError, embed_samples
from .embedding_statistics import EmbeddingStatistics
from .open_encoder import OpenedEncoder, open_encoder, published_file
from .precision import InferencePrecision, PrecisionChoice, choose_precision, prepare_encoder
from .quality import Quality, QualityBar, measure_quality
from .recording import Recording, read_recording, recording_name
from .windows import audio_windows


@dataclass(frozen=True, eq=False)
class Embedding:
    """What one recording, or a part of one, became."""

    vector: NDArray[np.float32]
    """(dim,), of unit length: the product of two is their cosine."""
    magnitude: float
    """Length before it was made 1."""
    quality: Quality
    """Measures of the audio that was embedded."""
    source: str
    """Name of the recording."""
    start_s: float = 0.0
    """Where in the recording the audio begins, s."""

    @property
    def end_s(self) -> float:
        """Where it ends, s."""
        return self.start_s + self.quality.duration_s


class SpeakerEmbedder:
    """Embeds recordings one by one, whole and never padded; refuses those below a bar.

    Args:
        opened: the encoder.
        card: what its checkpoint says about it.
        statistics: where embeddings of its training lie; None leaves the distance to them open.
        bar: recordings below it raise `QualityError`; None embeds whatever there is.
        vad: finds words; None leaves net speech open.
        device: where the network runs.
        precision: number format of the matrix products, "fp32" or "bf16"; "auto" is bf16 where that is
            faster and agrees, which takes a second to find out: not for a few recordings.
        max_duration_s: longer recordings are refused before they are decoded; `embed_windows` takes them.

    Raises:
        InputError: the encoder takes another rate than 16 kHz.
    """

    def __init__(
        self,
        opened: OpenedEncoder,
        *,
        card: dict[str, Any] | None = None,
        statistics: EmbeddingStatistics | None = None,
        bar: QualityBar | None = QualityBar(),  # noqa: B008  # frozen
        vad: SileroVad | None = None,
        device: str | torch.device = "cpu",
        precision: PrecisionChoice = "fp32",
        max_duration_s: float = MAX_DURATION_S,
    ) -> None:
        if opened.encoder.sample_rate_hz != SAMPLE_RATE_HZ:
            raise InputError(f"expected an encoder for 16 kHz, got {opened.encoder.sample_rate_hz} Hz")
        encoder = opened.encoder.to(device).eval()
        self.precision: InferencePrecision = choose_precision(encoder, precision)
        self.encoder: Encoder = prepare_encoder(encoder, self.precision)
        self.name, self.digest = opened.name, opened.digest
        self.card: dict[str, Any] = card or {}
        self.statistics = statistics
        self.bar = bar
        self.vad = vad
        self.max_duration_s = max_duration_s

    @classmethod
    def from_pretrained(
        cls,
        encoder: str | Path,
        *,
        bar: QualityBar | None = QualityBar(),  # noqa: B008  # frozen
        device: str | torch.device = "cpu",
        precision: PrecisionChoice = "fp32",
        revision: str = "main",
        sha256: str | None = None,
        max_duration_s: float = MAX_DURATION_S,
    ) -> "SpeakerEmbedder":
        """Load an encoder by name, folder, published file or hub id.

        Net speech is measured where silero-vad is installed, the distance from the training where the
        checkpoint has `embedding_statistics.npz`.

        Args:
            encoder: `base`, `anime`, `campplus` or `ge2e`; a checkpoint folder; a file or folder that
                somebody else published; `owner/name` of a hub repository that is a checkpoint folder.
            bar: recordings below it raise `QualityError`; None embeds whatever there is.
            device: where the network runs, as "cpu" or "cuda".
            precision: "fp32", "bf16", or "auto".
            revision: branch, tag or commit of a hub repository.
            sha256: what its model.safetensors, or the file that somebody else published, must have; None
                trusts it.
            max_duration_s: longer recordings are refused.

        Raises:
            InputError: it is not there, with what to do; or its weights have another SHA-256.
            HubError: the hub does not answer or has no such checkpoint.
        """
        path = Path(encoder)
        if not path.exists() and find_named(str(encoder)) is None and is_hub_id(str(encoder)):
            path = fetch_checkpoint(str(encoder), revision=revision, sha256=sha256)
            encoder = path
        elif sha256 is not None:
            check_digest(_weights_file(encoder), sha256)
        folder = find_named(str(encoder)) or path
        return cls(
            open_encoder(encoder),
            card=read_json(folder / "card.json") if (folder / "card.json").is_file() else None,
            statistics=EmbeddingStatistics.load(folder),
            bar=bar,
            vad=SileroVad.load() if SileroVad.is_installed() else None,
            device=device,
            precision=precision,
            max_duration_s=max_duration_s,
        )

    @overload
    def embed(self, audio: Recording, *, workers: int = 1) -> Embedding: ...
    @overload
    def embed(self, audio: list[Recording], *, workers: int = 1) -> list[Embedding]: ...
    @overload
    def embed(self, audio: Iterator[Recording], *, workers: int = 1) -> Iterator[Embedding]: ...

    def embed(
        self, audio: Recording | list[Recording] | Iterator[Recording], *, workers: int = 1
    ) -> Embedding | list[Embedding] | Iterator[Embedding]:
        """Embed a recording, a list of them, or any number out of an iterator.

        An iterator is read as its results are taken: at most `workers` + 1 recordings are in memory. A list
        or an iterator stops at the first recording that cannot be used; `embed_each` does not.

        Args:
            audio: a file, (samples, rate in Hz), a list, or an iterator of these.
            workers: recordings in work at a time, one core each; 1 works in this thread.

        Returns:
            An embedding, a list of them, or an iterator, in the order given.

        Raises:
            QualityError: a recording is below the bar, with the reason.
            AudioError: it is missing, undecodable, empty, too long or not finite.
        """
        if isinstance(audio, list):
            return [_raised(found) for found in self.embed_each(audio, workers=workers)]
        if isinstance(audio, str | Path | AudioRef | tuple):
            return self._embed(audio)
        return map(_raised, self.embed_each(audio, workers=workers))

    def embed_each(self, audio: Iterable[Recording], *, workers: int = 1) -> Iterator[Embedding | InputError]:
        """Embed recordings without stopping at bad ones.

        Args:
            audio: recordings.
            workers: recordings in work at a time.

        Yields:
            In the order given, an embedding or the error (`QualityError`, `AudioError`) with its reason.
        """
        if workers == 1:
            yield from map(self._embedding_or_error, audio)
            return
        before = torch.get_num_threads()
        pending: deque[Future[Embedding | InputError]] = deque()
        try:
            with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                for one in audio:
                    pending.append(pool.submit(self._embedding_or_error, one))
                    if len(pending) > workers:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
        finally:
            torch.set_num_threads(before)

    def embed_windows(
        self, audio: Recording, *, window_s: float = 3.0, hop_s: float = 1.5
    ) -> Iterator[Embedding]:
        """Embed windows of a recording of any length, in bounded memory.

        The last window ends with the recording; a recording shorter than a window is one. Windows below the
        bar, such as pauses, are left out.

        Args:
            audio: a file or (samples, rate in Hz).
            window_s: length of a window, s.
            hop_s: from the start of one window to that of the next, s.

        Yields:
            An embedding of each window above the bar, with `start_s`.

        Raises:
            AudioError: as `embed`.
            InputError: the window or the hop is not positive.
        """
        source = recording_name(audio)
        for start_s, samples in audio_windows(audio, window_s=window_s, hop_s=hop_s):
            quality = measure_quality(samples, vad=self.vad)
            if self.bar is None or self.bar.admits(quality):
                yield self._embed_measured(samples, quality, source=source, start_s=start_s)

    def embed_crops(self, audio: Recording, *, crops: int = 10, crop_s: float = 4.0) -> list[Embedding]:
        """Embed evenly spaced parts of equal length; a shorter recording is repeated.

        Args:
            audio: a file or (samples, rate in Hz).
            crops: number of parts.
            crop_s: length of a part, s.

        Returns:
            An embedding of each part; all have the quality of the whole recording.

        Raises:
            QualityError: the recording is below the bar.
            AudioError: as `embed`.
            InputError: no crop, or one shorter than 0.5 s.
        """
        plan = CropPlan(count=crops, duration_s=crop_s)
        source, samples = recording_name(audio), self._read(audio)
        quality = self._checked(samples, source)
        length = round(plan.duration_s * SAMPLE_RATE_HZ)
        parts = evenly_spaced_crops(samples, count=plan.count, crop_samples=length)
        starts_s = np.linspace(0.0, max(0, len(samples) - length) / SAMPLE_RATE_HZ, num=plan.count).tolist()
        return [
            self._embed_measured(part, quality, source=source, start_s=start_s)
            for start_s, part in zip(starts_s, parts, strict=True)
        ]

    def _embedding_or_error(self, audio: Recording) -> Embedding | InputError:
        try:
            return self._embed(audio)
        except InputError as error:
            return error

    def _embed(self, audio: Recording) -> Embedding:
        source, samples = recording_name(audio), self._read(audio)
        return self._embed_measured(samples, self._checked(samples, source), source=source)

    def _read(self, audio: Recording) -> NDArray[np.float32]:
        return read_recording(audio, max_duration_s=self.max_duration_s)

    def _checked(self, samples: NDArray[np.float32], source: str) -> Quality:
        quality = measure_quality(samples, vad=self.vad)
        if self.bar is not None:
            self.bar.check(quality, source=source)
        return quality

    def _embed_measured(
        self, samples: NDArray[np.float32], quality: Quality, *, source: str, start_s: float = 0.0
    ) -> Embedding:
        raw = embed_samples(samples, self.encoder, name=source)
        magnitude = float(np.linalg.norm(raw))
        if magnitude == 0.0:
            raise NonFiniteEmbeddingError(f"{source}: the embedding is zero")
        if self.statistics is not None:
            distance = float(self.statistics.distances(raw)[0])
            quality = replace(quality, ood_distance=distance, ood_limit=self.statistics.limit)
        return Embedding(raw / np.float32(magnitude), magnitude, quality, source, start_s)


def mean_vector(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """The direction of the mean of several embeddings, of unit length: one voice from several recordings.

    Raises:
        InputError: there are none, or they cancel out.
    """
    if not embeddings:
        raise InputError("expected at least one embedding")
    mean = np.mean([one.vector for one in embeddings], axis=0)
    length = float(np.linalg.norm(mean))
    if length == 0.0:
        raise InputError("the embeddings point in opposite directions and have no mean")
    unit: NDArray[np.float32] = (mean / length).astype(np.float32)
    return unit


def _weights_file(encoder: str | Path) -> Path:
    """The file of weights that a name, a folder or a file means, as `open_encoder` takes it."""
    file = published_file(encoder) or encoder_folder(encoder) / "model.safetensors"
    if not file.is_file():
        raise InputError(f"{file}: no such file; is {file.parent} a checkpoint folder?")
    return file


def _raised(found: Embedding | InputError) -> Embedding:
    if isinstance(found, InputError):
        raise found
    return found
