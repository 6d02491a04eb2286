"""Command `kowairo embed`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kowairo.cli.plain_mapping import PlainMapping
from kowairo.core import Corpus, InputError, Speaker, speakers_of
from kowairo.data import AudioStore
from kowairo.inference import (
    AudioFiles,
    CropPlan,
    EmbeddingSource,
    EmbedSettings,
    StoredLines,
    embed_corpus,
)


@dataclass(frozen=True, eq=False)
class _Lines:
    """What becomes one embedding set."""

    source: EmbeddingSource
    """The audio."""
    speakers: dict[str, Speaker]
    """Speaker of each utterance, where they are known."""


def embed(
    *,
    out: Path,
    encoder: str | PlainMapping,
    corpus: Path | None = None,
    sets: dict[str, Path] | None = None,
    store: Path | None = None,
    max_duration_s: float | None = None,
    crops: int | None = None,
    crop_s: float = 4.0,
    crop_vectors: Literal["mean", "each"] = "mean",
    precision: Literal["auto", "fp32", "bf16"] = "auto",
    workers: int = 2,
    part_size: int = 500,
    strict: bool = False,
    device: Literal["auto", "cpu", "cuda"] = "auto",
) -> None:
    """Embed every line of a set; bad files are counted and skipped, a killed job goes on.

    Args:
        out: Folder of the embedding set; with `sets`, the folder that gets one of each name.
        encoder: Name (base, anime, campplus), checkpoint folder, or class path of an encoder without learnt
            weights. A set says which of its lines the encoder was trained on, if the encoder has a record.
        corpus: Kaldi folder of the set.
        sets: Several Kaldi folders by name, as `--sets.test DIR --sets.valid DIR`.
        store: Packed audio (`corpus pack`) in place of a Kaldi folder: all its lines, `utt|0.9` for speeds.
        max_duration_s: Only the first so many seconds of a line.
        crops: Embed so many evenly spaced crops of a line in place of the whole; a short line is repeated.
        crop_s: Length of a crop in seconds.
        crop_vectors: mean: the average of a line's crops; each: all of them, (line, crop, dimension), of
            which other commands take the average.
        precision: fp32 or bf16 products; auto: bf16 where the processor and the encoder gain by it and it
            agrees with fp32 (centred cosine 0.999).
        workers: Lines in work at a time.
        part_size: Lines that a killed job loses at most.
        strict: Fail when a file was skipped.
        device: Where the network runs; auto is a GPU if there is one.
    """
    if [corpus, sets, store].count(None) != 2:
        raise InputError("embed needs one of --corpus DIR, --sets.NAME DIR and --store DIR")
    plan = None if crops is None else CropPlan(crops, crop_s, crop_vectors)
    settings = EmbedSettings(max_duration_s=max_duration_s, precision=precision, crops=plan)
    for target, lines in _jobs(out, corpus, sets, store).items():
        summary = embed_corpus(
            lines.source,
            encoder,
            target,
            settings=settings,
            workers=workers,
            part_size=part_size,
            strict=strict,
            speakers=lines.speakers,
            device=device,
        )
        print(f"{target}: {summary.num_embedded} of {summary.num_utterances} lines embedded")


def _jobs(
    out: Path, corpus: Path | None, sets: dict[str, Path] | None, store: Path | None
) -> dict[Path, _Lines]:
    if store is not None:
        return {out: _Lines(StoredLines(AudioStore.open(store)), {})}
    folders = {out: corpus} if corpus else {out / name: folder for name, folder in (sets or {}).items()}
    tables = {target: Corpus.read(folder) for target, folder in folders.items()}
    return {target: _Lines(AudioFiles(one.audio), speakers_of(one)) for target, one in tables.items()}
