"""A corpus of audio files to an embedding set: parallel, resumable, and indifferent to bad files."""

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import (
    AudioRef,
    InputError,
    KowairoError,
    RecordFile,
    Speaker,
    TrainingOverlap,
    atomic_path,
    provenance,
    read_json,
    read_lines,
    write_json,
    write_vectors,
)
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY, known_speakers
from kowairo.models.build import Plain

from .crops import CropPlan
from .embed_part import EmbedPart, SkippedFile, count_reasons
from .embedding_source import AudioFiles, EmbeddingSource
from .extraction import Extraction
from .open_encoder import OpenedEncoder, open_encoder
from .precision import (
    DeviceChoice,
    InferencePrecision,
    PrecisionChoice,
    choose_device,
    choose_precision,
    prepare_encoder,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmbedSettings:
    """What the vectors depend on besides encoder and audio.

    Attributes:
        max_duration_s: only the first so many seconds of a file; None uses all.
        precision: number format of the matrix products; "auto" is bf16 where that is faster and agrees
            (`choose_precision`).
        crops: crops of each file; None embeds it whole.
    """

    max_duration_s: float | None = None
    precision: PrecisionChoice = "fp32"
    crops: CropPlan | None = None

    def __post_init__(self) -> None:
        if self.max_duration_s is not None and self.max_duration_s < 0.5:
            raise InputError(f"max_duration_s must be at least 0.5 s, got {self.max_duration_s}")
        if self.precision not in ("auto", "fp32", "bf16"):
            raise InputError(f"precision is auto, fp32 or bf16, got {self.precision!r}")

    @property
    def number_format(self) -> InferencePrecision:
        """The precision, which is chosen by now.

        Raises:
            InputError: it is still "auto".
        """
        if self.precision == "auto":
            raise InputError("the precision is not chosen yet; choose_precision does that for an encoder")
        return self.precision

    @property
    def stated(self) -> dict[str, object]:
        """What the embedding set says of them; without crops nothing of crops, as in older sets."""
        found: dict[str, object] = {"max_duration_s": self.max_duration_s, "precision": self.precision}
        if self.crops is not None:
            key = "crops" if self.crops.vectors == "each" else "averaged_crops"
            found |= {key: self.crops.count, "crop_s": self.crops.duration_s}
        return found

    def vector_shape(self, dim: int) -> tuple[int, ...]:
        """Shape of what one file gives, for an encoder of a dimension."""
        keeps_crops = self.crops is not None and self.crops.vectors == "each"
        return (self.crops.count, dim) if self.crops is not None and keeps_crops else (dim,)


@dataclass(frozen=True)
class EmbedSummary:
    """What became of an embedding job.

    Attributes:
        folder: the embedding set.
        num_utterances: utterances asked for.
        num_embedded: utterances that have a vector now.
        skipped: number of skipped files by reason.
    """

    folder: Path
    num_utterances: int
    num_embedded: int
    skipped: dict[str, int]


def embed_corpus(
    audio: Mapping[str, AudioRef] | EmbeddingSource,
    encoder: Path | str | Mapping[str, Plain],
    out: Path,
    *,
    settings: EmbedSettings | None = None,
    workers: int = 2,
    part_size: int = 500,
    strict: bool = False,
    speakers: Mapping[str, Speaker] | None = None,
    device: DeviceChoice = "cpu",
) -> EmbedSummary:
    """Embed every file, one at a time and whole: never padded, so a vector does not depend on its neighbours.

    Each of the workers computes with one core while files are decoded ahead (`Extraction`): two workers then
    use two cores fully, where one computation spread over two waits for itself (benchmarks/results/embed.md).
    Vectors are written in parts beside `out` and put together at the end; a killed job loses at most one
    part, and the finished set is the same bit for bit. A finished set of the same encoder, files and settings
    is left as it is.

    An encoder with a training record has every line compared with it: `training_overlap.json` in the set says
    which of them it was trained on, for whoever scores trials.

    Args:
        audio: audio reference of each utterance (`Corpus.audio`, or what `read_wav_scp` gave), or another
            source of lines, as `StoredLines`.
        encoder: checkpoint folder, class path, or class_path and init_args of an encoder without learnt
            weights.
        out: folder of the embedding set; `skipped.tsv` in it lists the files without vector.
        settings: duration and precision.
        workers: files in work at a time.
        part_size: utterances per part.
        strict: fail when a file was skipped, after the set is written.
        speakers: speaker of each utterance (`speakers_of`), to be looked for in the training record.
        device: where the network runs, "auto", "cpu" or "cuda"; on a GPU utterances are embedded together,
            without padding.

    Returns:
        Counts; the set is read with `EmbeddingSet.load`.

    Raises:
        InputError: if there is nothing to embed, every file was skipped, or one was and `strict` is on.
    """
    source = audio if isinstance(audio, EmbeddingSource) else AudioFiles(audio)
    count = len(source.utts)
    if not count or workers < 1 or part_size < 1:
        raise InputError(f"nothing to do: {count} utterances, {workers} workers, parts of {part_size}")
    opened = open_encoder(encoder)
    opened.encoder.to(choose_device(device))
    settings = settings or EmbedSettings()
    settings = replace(settings, precision=choose_precision(opened.encoder, settings.precision))
    if opened.record is None and any(True for _ in opened.encoder.parameters()):
        _log.info("the encoder has no training record: nobody can tell which lines it was trained on")
    fingerprint = _fingerprint(source, opened, settings)
    if not _is_finished(out, fingerprint, opened.record):
        parts = out.with_name(f"{out.name}.parts")
        _open_parts(parts, f"{fingerprint} {part_size}")
        files = _embed_parts(source, opened, settings, parts, workers=workers, part_size=part_size)
        heard = _assemble(files, out, _meta(opened, settings, fingerprint, count))
        if opened.record is not None:
            TrainingOverlap(heard, {}).write(out / OVERLAP_NAME)
        shutil.rmtree(parts)
    _look_for_speakers(out, opened.record, speakers or {})
    return _summary(out, strict=strict)


def _embed_parts(
    source: EmbeddingSource,
    opened: OpenedEncoder,
    settings: EmbedSettings,
    folder: Path,
    *,
    workers: int,
    part_size: int,
) -> list[Path]:
    utts, shape = source.utts, settings.vector_shape(opened.encoder.embedding_dim)
    files = []
    extraction = Extraction(
        source,
        prepare_encoder(opened.encoder, settings.number_format),
        record=opened.record,
        max_duration_s=settings.max_duration_s,
        crops=settings.crops,
        workers=workers,
    )
    with extraction:
        for number, start in enumerate(range(0, len(utts), part_size)):
            path = folder / f"part-{number:06d}.npz"
            if EmbedPart.load(path) is None:
                extraction.embed_part(utts[start : start + part_size], vector_shape=shape).save(path)
                _log.info("embedded %d of %d utterances", min(start + part_size, len(utts)), len(utts))
            files.append(path)
    return files


def _assemble(files: Sequence[Path], out: Path, meta: dict[str, object]) -> frozenset[str]:
    """Put the parts together; gives the utterances whose audio the encoder was trained on."""
    utts: list[str] = []
    heard: list[str] = []
    skipped: list[SkippedFile] = []
    for path in files:
        part = _whole_part(path)
        utts += part.utts
        skipped += part.skipped
        heard += part.heard
    if not utts:
        raise InputError(f"no file could be embedded; the first: {skipped[0].detail}")
    vectors = _join_vectors(files, files[0].with_name("vectors.npy"), len(utts))
    write_vectors(out, vectors, utts, {**meta, "skipped": count_reasons(skipped)})
    with atomic_path(out / "skipped.tsv") as path:
        lines = [f"{item.utt}\t{item.reason}\t{' '.join(item.detail.split())}\n" for item in skipped]
        path.write_text("utt\treason\tdetail\n" + "".join(lines), encoding="utf-8")
    return frozenset(heard)


def _look_for_speakers(out: Path, record: RecordFile | None, speakers: Mapping[str, Speaker]) -> None:
    """Complete the overlap with training; also of a finished set, whose speakers may be known by now."""
    if record is None:
        return
    overlap = TrainingOverlap.read(out / OVERLAP_NAME)
    embedded = set(_embedded_utts(out))
    known = known_speakers(record.record, {utt: who for utt, who in speakers.items() if utt in embedded})
    if known != overlap.speakers:
        TrainingOverlap(overlap.audio, known).write(out / OVERLAP_NAME)
    count = len(overlap.audio | known.keys())
    if count:
        _log.info("%s: %d of %d lines are in the training of the encoder", out, count, len(embedded))


def _join_vectors(files: Sequence[Path], target: Path, num_rows: int) -> NDArray[np.float32]:
    """Join the parts on disk: the vectors of a large corpus do not fit into memory."""
    shape = (num_rows, *_whole_part(files[0]).vectors.shape[1:])
    joined = np.lib.format.open_memmap(target, mode="w+", dtype=np.float32, shape=shape)
    start = 0
    for path in files:
        vectors = _whole_part(path).vectors
        joined[start : start + len(vectors)] = vectors
        start += len(vectors)
    joined.flush()
    return joined


def _whole_part(path: Path) -> EmbedPart:
    part = EmbedPart.load(path)
    if part is None:
        raise KowairoError(f"{path} was whole a moment ago and cannot be read now; run the job again")
    return part


def _embedded_utts(out: Path) -> list[str]:
    """Ids of a set; its vectors are not opened, which would average crops."""
    return [line for _, line in read_lines(out / "utts")]


def _summary(out: Path, *, strict: bool) -> EmbedSummary:
    meta = read_json(out / "meta.json")
    skipped = {str(reason): int(count) for reason, count in meta["skipped"].items()}
    summary = EmbedSummary(out, int(meta["num_utterances"]), len(_embedded_utts(out)), skipped)
    reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.items())
    if reasons:
        _log.warning("%d of %d files skipped: %s", sum(skipped.values()), summary.num_utterances, reasons)
    if strict and reasons:
        raise InputError(f"files were skipped ({reasons}); {out / 'skipped.tsv'} lists them")
    return summary


def _meta(
    opened: OpenedEncoder, settings: EmbedSettings, fingerprint: str, num_utterances: int
) -> dict[str, object]:
    made_by = provenance()
    front_end = type(opened.encoder.front_end)
    record = opened.record
    compared = {} if record is None else {RECORD_KEY: {"sha256": record.sha256, **record.record.summary}}
    return {
        **compared,
        "encoder": opened.name,
        "encoder_sha256": opened.digest,
        "front_end": f"{front_end.__module__}.{front_end.__qualname__}",
        "sample_rate_hz": opened.encoder.sample_rate_hz,
        "normalized": False,
        "fingerprint": fingerprint,
        "num_utterances": num_utterances,
        **settings.stated,
        # No date: a set made again is the same in every byte.
        **{key: made_by[key] for key in ("kowairo", "python", "numpy", "command") if key in made_by},
        "torch": str(torch.__version__),
    }


def _fingerprint(source: EmbeddingSource, opened: OpenedEncoder, settings: EmbedSettings) -> str:
    parts = [opened.digest, settings.stated, *([] if opened.record is None else [opened.record.sha256])]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    for mark in source.marks():
        digest.update(mark.encode())
    return digest.hexdigest()


def _is_finished(out: Path, fingerprint: str, record: RecordFile | None) -> bool:
    needed = ["vectors.npy", "utts", "meta.json", "skipped.tsv", *([] if record is None else [OVERLAP_NAME])]
    if not all((out / name).is_file() for name in needed):
        return False
    if read_json(out / "meta.json").get("fingerprint") != fingerprint:
        return False
    _log.info("%s is up to date", out)
    return True


def _open_parts(folder: Path, identity: str) -> None:
    mark = folder / "job.json"
    if folder.exists() and not (mark.is_file() and read_json(mark) == identity):
        _log.info("%s belongs to another job and is replaced", folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(mark, identity)
