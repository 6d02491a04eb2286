"""Command `kowairo embed`."""

from pathlib import Path
from typing import Any, Literal

from kowairo.core import Corpus
from kowairo.inference import EmbedSettings, embed_corpus


def embed(
    *,
    corpus: Path,
    out: Path,
    encoder: str | dict[str, Any],
    max_duration_s: float | None = None,
    precision: Literal["fp32", "bf16"] = "fp32",
    workers: int = 2,
    part_size: int = 500,
    strict: bool = False,
) -> None:
    """Embed every line of a set; bad files are counted and skipped, a killed job goes on.

    Args:
        corpus: Kaldi folder of the set.
        out: Folder of the embedding set.
        encoder: Checkpoint folder, or class path of an encoder without learnt weights.
        max_duration_s: Only the first so many seconds of a line.
        precision: fp32 or bf16.
        workers: Lines in work at a time.
        part_size: Lines that a killed job loses at most.
        strict: Fail when a file was skipped.
    """
    summary = embed_corpus(
        Corpus.read(corpus).audio,
        encoder,
        out,
        settings=EmbedSettings(max_duration_s=max_duration_s, precision=precision),
        workers=workers,
        part_size=part_size,
        strict=strict,
    )
    print(f"{out}: {summary.num_embedded} of {summary.num_utterances} lines embedded")
