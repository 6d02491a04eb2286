"""Command `kowairo embed`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from kowairo.cli.plain_mapping import PlainMapping
from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data import AudioStore
from kowairo.inference import EmbeddingSource, EmbedSettings, StoredLines, embed_corpus


def embed(
    *,
    out: Path,
    encoder: str | PlainMapping,
    corpus: Path | None = None,
    sets: dict[str, Path] | None = None,
    store: Path | None = None,
    max_duration_s: float | None = None,
    precision: Literal["fp32", "bf16"] = "fp32",
    workers: int = 2,
    part_size: int = 500,
    strict: bool = False,
) -> None:
    """Embed every line of a set; bad files are counted and skipped, a killed job goes on.

    Args:
        out: Folder of the embedding set; with `sets`, the folder that gets one of each name.
        encoder: Checkpoint folder, or class path of an encoder without learnt weights.
        corpus: Kaldi folder of the set.
        sets: Several Kaldi folders by name, as `--sets.test DIR --sets.valid DIR`.
        store: Packed audio (`corpus pack`) in place of a Kaldi folder: all its lines, `utt|0.9` for speeds.
        max_duration_s: Only the first so many seconds of a line.
        precision: fp32 or bf16.
        workers: Lines in work at a time.
        part_size: Lines that a killed job loses at most.
        strict: Fail when a file was skipped.
    """
    if [corpus, sets, store].count(None) != 2:
        raise InputError("embed needs one of --corpus DIR, --sets.NAME DIR and --store DIR")
    for target, source in _jobs(out, corpus, sets, store).items():
        summary = embed_corpus(
            source,
            encoder,
            target,
            settings=EmbedSettings(max_duration_s=max_duration_s, precision=precision),
            workers=workers,
            part_size=part_size,
            strict=strict,
        )
        print(f"{target}: {summary.num_embedded} of {summary.num_utterances} lines embedded")


def _jobs(
    out: Path, corpus: Path | None, sets: dict[str, Path] | None, store: Path | None
) -> dict[Path, Mapping[str, AudioRef] | EmbeddingSource]:
    if store is not None:
        return {out: StoredLines(AudioStore.open(store))}
    folders = {out: corpus} if corpus else {out / name: folder for name, folder in (sets or {}).items()}
    return {target: Corpus.read(folder).audio for target, folder in folders.items()}
