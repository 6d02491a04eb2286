"""Command `kowairo embed`."""

from pathlib import Path
from typing import Literal

from kowairo.cli.plain_mapping import PlainMapping
from kowairo.core import Corpus, InputError
from kowairo.inference import EmbedSettings, embed_corpus


def embed(
    *,
    out: Path,
    encoder: str | PlainMapping,
    corpus: Path | None = None,
    sets: dict[str, Path] | None = None,
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
        max_duration_s: Only the first so many seconds of a line.
        precision: fp32 or bf16.
        workers: Lines in work at a time.
        part_size: Lines that a killed job loses at most.
        strict: Fail when a file was skipped.
    """
    if (corpus is None) == (sets is None):
        raise InputError("embed needs either --corpus DIR or --sets.NAME DIR")
    jobs = {out: corpus} if corpus else {out / name: folder for name, folder in (sets or {}).items()}
    for target, folder in jobs.items():
        summary = embed_corpus(
            Corpus.read(folder).audio,
            encoder,
            target,
            settings=EmbedSettings(max_duration_s=max_duration_s, precision=precision),
            workers=workers,
            part_size=part_size,
            strict=strict,
        )
        print(f"{target}: {summary.num_embedded} of {summary.num_utterances} lines embedded")
