"""Commands `kowairo plot map|similarity`: pictures of who sounds like whom."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from kowairo.cli.plotted_voices import PlottedVoices, VoiceSource, read_voices
from kowairo.core import InputError
from kowairo.report.pictures import FORMATS
from kowairo.report.voice_pages import VoicePage, map_page, similarity_page


def draw_map(
    *,
    out: list[Path],
    folder: Path | None = None,
    depth: int = 1,
    exclude: list[str] | None = None,
    corpus: Path | None = None,
    embeddings: list[Path] | None = None,
    gallery: str | None = None,
    encoders: list[str] | None = None,
    labels: list[str] | None = None,
    voices: list[str] | None = None,
    method: Literal["tsne", "umap"] = "tsne",
    max_lines: int = 1200,
    max_clips: int = 200,
    clip_s: float = 3.0,
    title: str = "Map of voices",
    workers: int = 1,
    seed: int = 0,
    strict: bool = False,
) -> None:
    """Draw a map of lines, near points sound alike; with several encoders, maps side by side.

    Args:
        out: Pictures: .png, .svg, or .html with players.
        folder: Folder with one folder per character.
        depth: Of the folder: 1 for characters, 2 for titles with characters.
        exclude: Of the folder: patterns of what is left out, as BGM or */se_*.
        corpus: Kaldi folder; with --embeddings a file in the form of utt2spk will do.
        embeddings: Embedding sets of the corpus, one for each encoder.
        gallery: Or a gallery, folder or URL.
        encoders: Of a folder or a corpus: names (base, anime, campplus ...), checkpoint folders, published
            files or hub ids; `base` by default.
        labels: Names of the encoders or the sets in the picture.
        voices: Only these characters.
        method: t-SNE, or UMAP (extra `umap` of kowairo-report).
        max_lines: Lines drawn at most, in turns of the characters.
        max_clips: Lines that can be heard in the page at most.
        clip_s: Length of a clip at most, s.
        title: Heading of the page.
        workers: Recordings in work at a time.
        seed: Of the choice of lines and of the layout.
        strict: Fail when a line could not be used.
    """
    check_endings(out)
    source = VoiceSource(
        folder=folder,
        depth=depth,
        exclude=exclude or (),
        corpus=corpus,
        embeddings=embeddings or (),
        gallery=gallery,
        encoders=encoders or (),
        labels=labels or (),
        voices=voices or (),
    )
    drawn = read_voices(source, max_lines=max_lines, workers=workers, seed=seed)
    page = map_page(
        drawn.models,
        drawn.corpus,
        title=title,
        method=method,
        max_lines=max_lines,
        max_clips=max_clips,
        clip_s=clip_s,
        seed=seed,
    )
    save_all(page, out)
    _report(drawn, strict)


def draw_similarity(
    *,
    out: list[Path],
    folder: Path | None = None,
    depth: int = 1,
    exclude: list[str] | None = None,
    corpus: Path | None = None,
    embeddings: Path | None = None,
    gallery: str | None = None,
    encoder: str | None = None,
    voices: list[str] | None = None,
    max_speakers: int = 60,
    max_pairs: int = 12,
    max_lines: int = 2000,
    max_clips: int = 200,
    clip_s: float = 3.0,
    title: str = "Similarity of voices",
    workers: int = 1,
    seed: int = 0,
    strict: bool = False,
) -> None:
    """Draw how alike every two characters are, grouped by a tree, and list the most confusable pairs.

    Args:
        out: Pictures: .png, .svg, or .html with players.
        folder: Folder with one folder per character.
        depth: Of the folder: 1 for characters, 2 for titles with characters.
        exclude: Of the folder: patterns of what is left out, as BGM or */se_*.
        corpus: Kaldi folder; with --embeddings a file in the form of utt2spk will do.
        embeddings: Embedding set of the corpus.
        gallery: Or a gallery, folder or URL.
        encoder: Of a folder or a corpus: name, checkpoint folder, published file or hub id; `base` by
            default.
        voices: Only these characters.
        max_speakers: With more characters, those of the most similar pairs are drawn.
        max_pairs: Pairs listed in the page.
        max_lines: Lines used at most, in turns of the characters.
        max_clips: Lines that can be heard in the page at most.
        clip_s: Length of a clip at most, s.
        title: Heading of the page.
        workers: Recordings in work at a time.
        seed: Of the choice of lines.
        strict: Fail when a line could not be used.
    """
    check_endings(out)
    sets, encoders = [] if embeddings is None else [embeddings], [] if encoder is None else [encoder]
    source = VoiceSource(
        folder=folder,
        depth=depth,
        exclude=exclude or (),
        corpus=corpus,
        embeddings=sets,
        gallery=gallery,
        encoders=encoders,
        voices=voices or (),
    )
    drawn = read_voices(source, max_lines=max_lines, workers=workers, seed=seed)
    page = similarity_page(
        next(iter(drawn.models.values())),
        drawn.corpus,
        title=title,
        max_speakers=max_speakers,
        max_pairs=max_pairs,
        max_clips=max_clips,
        clip_s=clip_s,
    )
    save_all(page, out)
    _report(drawn, strict)


def check_endings(out: Sequence[Path]) -> None:
    """Refuse a format that there is not, before the work.

    Raises:
        InputError: There is no file, or an ending names none.
    """
    if not out:
        raise InputError("expected a file to write, as --out map.html map.png")
    for path in out:
        if path.suffix.lower().removeprefix(".") not in FORMATS:
            raise InputError(f"{path}: expected an ending in {', '.join(FORMATS)}")


def save_all(page: VoicePage, out: Sequence[Path]) -> None:
    """Write a picture in all formats asked for, and say where it is and how large."""
    for path in out:
        size = page.save(path)
        print(f"{path}  {size / 1e6:.1f} MB" if size >= 1e6 else f"{path}  {size / 1e3:.0f} kB")


def _report(drawn: PlottedVoices, strict: bool) -> None:
    for reason, count in drawn.left_out.items():
        print(f"left out, {reason}: {count}")
    if strict and drawn.left_out:
        raise InputError(f"{sum(drawn.left_out.values())} lines could not be used")
