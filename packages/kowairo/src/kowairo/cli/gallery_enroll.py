"""Commands `kowairo gallery add|enroll`: recordings into a gallery."""

from pathlib import Path

from kowairo.cli.label_tables import read_labels
from kowairo.cli.opened_gallery import find_gallery, open_or_make
from kowairo.core import AudioRef, Corpus, EmbeddingSet, InputError, atomic_path
from kowairo.data.importers import CharacterFolder
from kowairo.inference.gallery.enrollment import (
    EnrollmentSummary,
    VoiceLine,
    enroll,
    enroll_embeddings,
    voice_lines,
)


def add(
    *,
    gallery: str,
    voice: str,
    files: list[str],
    encoder: str | None = None,
    any_quality: bool = False,
) -> None:
    """Add recordings of one voice: `kowairo gallery add --gallery G --voice NAME A.wav ...`.

    Those that cannot be used are named, and the exit status is 2; the others are added.

    Args:
        gallery: Folder or URL (s3://, gs://, az://); made if missing.
        voice: Its name, in any script.
        files: Recordings; without an option in front of them too.
        encoder: Name (base, anime, campplus ...), checkpoint folder, published file or hub id; that of the
            gallery by default, `base` for a new one.
        any_quality: Add recordings below the bar of quality too.
    """
    opened, embedder = open_or_make(gallery, encoder, any_quality=any_quality)
    lines = [VoiceLine(voice, AudioRef.parse(name)) for name in files]
    summary = enroll(opened, lines, embedder, workers=1, batch_size=len(lines) or 1)
    known = f", {summary.num_known} were there" if summary.num_known else ""
    print(f"{voice}: {summary.num_added} references added{known}")
    if summary.skipped:
        refused = "; ".join(f"{one.source}: {one.reason}: {one.detail}" for one in summary.skipped)
        raise InputError(f"not added: {refused}")


def enroll_many(
    *,
    gallery: str,
    folder: Path | None = None,
    depth: int = 1,
    exclude: list[str] | None = None,
    corpus: Path | None = None,
    embeddings: Path | None = None,
    encoder: str | None = None,
    workers: int = 2,
    batch_size: int = 500,
    skipped: Path | None = None,
    any_quality: bool = False,
    strict: bool = False,
) -> None:
    """Enrol many voices in one go; bad files are counted and skipped, a killed job goes on.

    Args:
        gallery: Folder or URL (s3://, gs://, az://); made if missing.
        folder: Folder with one folder per character.
        depth: Of the folder: 1 for characters, 2 for titles with characters.
        exclude: Of the folder: patterns of what is left out, as BGM or */se_*.
        corpus: Kaldi folder: its speakers become voices, under spk2name where it has one.
        embeddings: Embedding set of the corpus: then nothing is embedded.
        encoder: As in `gallery add`.
        workers: Recordings in work at a time.
        batch_size: Recordings per commit.
        skipped: Write the files that could not be used to this table.
        any_quality: Enrol recordings below the bar of quality too.
        strict: Fail when a file was skipped.
    """
    if (folder is None) == (corpus is None):
        raise InputError("enroll needs one of --folder DIR and --corpus DIR")
    if embeddings is not None:
        if corpus is None:
            raise InputError("--embeddings needs --corpus DIR, for the speakers")
        summary = _enroll_set(gallery, EmbeddingSet.load(embeddings), read_labels(corpus), encoder)
    else:
        lines = (
            voice_lines(CharacterFolder(folder, depth=depth, exclude=exclude or ()))
            if folder is not None
            else _corpus_lines(corpus)
        )
        opened, embedder = open_or_make(gallery, encoder, any_quality=any_quality)
        summary = enroll(opened, lines, embedder, workers=workers, batch_size=batch_size)
    _report(summary, skipped)
    if strict and summary.skipped:
        raise InputError(f"{len(summary.skipped)} files were skipped")


def _corpus_lines(folder: Path | None) -> list[VoiceLine]:
    if folder is None:
        return []
    tables = Corpus.read(folder)
    names = voice_names(tables)
    return [VoiceLine(names[tables.utt2spk[utt]], tables.audio[utt]) for utt in tables.utts]


def voice_names(tables: Corpus) -> dict[str, str]:
    """Name of each speaker: spk2name where no other speaker has the same, else the id."""
    given = tables.spk_tables.get("spk2name", {})
    taken = list(given.values())
    return {
        speaker: given[speaker] if speaker in given and taken.count(given[speaker]) == 1 else speaker
        for speaker in tables.speakers
    }


def _enroll_set(
    place: str, embeddings: EmbeddingSet, tables: Corpus, encoder: str | None
) -> EnrollmentSummary:
    digest = str(embeddings.meta.get("encoder_sha256", ""))
    # A set says which encoder it is of, not what opens it: a new gallery needs to be told.
    gallery = find_gallery(place) or open_or_make(place, encoder, sha256=digest)[0]
    names = voice_names(tables)
    voices = {utt: names[speaker] for utt, speaker in tables.utt2spk.items()}
    sources = {utt: str(ref) for utt, ref in tables.audio.items() if ref.path.name != "-"}
    return enroll_embeddings(gallery, embeddings, voices, sources=sources)


def _report(summary: EnrollmentSummary, skipped: Path | None) -> None:
    known = f", {summary.num_known} were there" if summary.num_known else ""
    print(f"{summary.num_added} references of {len(summary.voices)} voices added{known}")
    for reason, count in summary.reasons.items():
        print(f"skipped, {reason}: {count}")
    if skipped is not None:
        with atomic_path(skipped) as partial:
            rows = [(one.voice, one.source, one.reason, one.detail) for one in summary.skipped]
            lines = ["\t".join(" ".join(value.split()) for value in row) for row in rows]
            partial.write_text("\n".join(["voice\tsource\treason\tdetail", *lines]) + "\n", encoding="utf-8")
