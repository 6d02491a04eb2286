"""Voices to be drawn: from a folder per character, a corpus, embedding sets or a gallery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import NO_AUDIO, read_labels
from kowairo.core import AudioRef, Corpus, EmbeddingSet, InputError
from kowairo.data import AudioError
from kowairo.data.importers import CharacterFolder
from kowairo.report.comparison.runs import short_names
from kowairo.report.figures.map import display_name, spread_over_speakers


@dataclass(frozen=True)
class VoiceSource:
    """Where the voices are; exactly one of folder, corpus and gallery is given.

    Raises:
        InputError: None of them is given or several are, or options do not go together.
    """

    folder: Path | None = None
    """Folder with one folder per character."""
    depth: int = 1
    """Of the folder: 1 for characters, 2 for titles with characters."""
    exclude: Sequence[str] = ()
    """Of the folder: patterns of what is left out."""
    corpus: Path | None = None
    """Kaldi folder, or with embeddings a file in the form of utt2spk."""
    embeddings: Sequence[Path] = ()
    """Embeddings of the corpus, one set for each encoder."""
    gallery: str | None = None
    """Folder or URL of a gallery."""
    encoders: Sequence[str] = ()
    """Encoders of a folder or a corpus; `base` by default."""
    labels: Sequence[str] = ()
    """Names of the encoders or the sets in the picture."""
    voices: Sequence[str] = ()
    """Only these characters; all by default."""

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.folder, self.corpus, self.gallery)) != 1:
            raise InputError("expected one of --folder DIR, --corpus DIR and --gallery PLACE")
        if self.embeddings and self.corpus is None:
            raise InputError("--embeddings needs --corpus DIR, for the speakers")
        if self.encoders and (self.embeddings or self.gallery):
            raise InputError("embeddings and galleries are of their own encoder; leave the encoder out")
        count = len(self.embeddings or self.encoders) or 1
        if self.labels and len(self.labels) != count:
            raise InputError(f"expected a label for each of {count} encoders, got {len(self.labels)}")


@dataclass(frozen=True, eq=False)
class PlottedVoices:
    """What is drawn."""

    models: dict[str, EmbeddingSet]
    """Embeddings by the name of their encoder, all of the same lines."""
    corpus: Corpus
    """These lines."""
    left_out: dict[str, int]
    """Number of lines that could not be used by reason."""


def read_voices(source: VoiceSource, *, max_lines: int, workers: int = 1, seed: int = 0) -> PlottedVoices:
    """Read or make the embeddings of some lines, as many of each character as possible.

    Args:
        source: Where they are.
        max_lines: So many lines at most; only these are embedded.
        workers: Recordings in work at a time.
        seed: Of the choice.

    Raises:
        InputError: There are none, or they cannot be read.
    """
    if max_lines < 1 or workers < 1:
        raise InputError(f"expected one line and worker or more, got {max_lines} and {workers}")
    if source.gallery is not None:
        return _of_gallery(source, source.gallery, max_lines, seed)
    corpus = _only(_tables(source), source.voices)
    if source.embeddings:
        return _of_sets(source, corpus, max_lines, seed)
    chosen = spread_over_speakers(corpus.spk2utt, maximum=max_lines, seed=seed)
    return _embedded(source, corpus.subset(chosen), workers)


def _tables(source: VoiceSource) -> Corpus:
    if source.corpus is not None:
        return read_labels(source.corpus) if source.embeddings else Corpus.read(source.corpus)
    layout = CharacterFolder(source.folder or "", depth=source.depth, exclude=source.exclude)
    known = [entry for entry in layout.entries() if entry.speaker]
    names = sorted({name for entry in known for name in entry.speaker_tables})
    return Corpus(
        {entry.utt: entry.ref for entry in known},
        {entry.utt: entry.speaker for entry in known},
        {"utt2title": {e.utt: e.tables["utt2title"] for e in known if "utt2title" in e.tables}},
        {
            name: {e.speaker: e.speaker_tables[name] for e in known if name in e.speaker_tables}
            for name in names
        },
    )


def _only(corpus: Corpus, voices: Sequence[str]) -> Corpus:
    if not voices:
        return corpus
    names = {speaker: {speaker, display_name(speaker, corpus)} for speaker in corpus.speakers}
    bare = corpus.spk_tables.get("spk2name", {})
    chosen = {speaker for speaker in names if (names[speaker] | {bare.get(speaker, speaker)}) & set(voices)}
    known = {name for speaker in chosen for name in (*names[speaker], bare.get(speaker, speaker))}
    if missing := [voice for voice in voices if voice not in known]:
        raise InputError(f"no character {missing[0]!r} there")
    return corpus.subset([utt for utt, speaker in corpus.utt2spk.items() if speaker in chosen])


def _of_sets(source: VoiceSource, corpus: Corpus, max_lines: int, seed: int) -> PlottedVoices:
    sets = [read_embeddings(path, wanted=corpus.utt2spk, skip_missing=True) for path in source.embeddings]
    common = set.intersection(*(set(one.utts) for one in sets))
    if not common:
        raise InputError("the embedding sets have no line in common")
    chosen = spread_over_speakers(corpus.subset(common).spk2utt, maximum=max_lines, seed=seed)
    names = source.labels or short_names(list(source.embeddings))
    models = {name: one.subset(chosen) for name, one in zip(names, sets, strict=True)}
    return PlottedVoices(models, corpus.subset(chosen), {})


def _embedded(source: VoiceSource, corpus: Corpus, workers: int) -> PlottedVoices:
    # Here, and not above: embedding sets are drawn without torch, whose import takes longer than the map.
    from kowairo.inference import Embedding, QualityError, SpeakerEmbedder

    encoders = list(source.encoders) or ["base"]
    utts, found = corpus.utts, []
    reasons: dict[str, str] = {}
    for encoder in encoders:
        embedder = SpeakerEmbedder.from_pretrained(encoder)
        # Net speech is not shown, and costs more than the rest of the measures.
        embedder.vad = None
        results = dict(
            zip(utts, embedder.embed_each([corpus.audio[utt] for utt in utts], workers=workers), strict=True)
        )
        for utt, one in results.items():
            if not isinstance(one, Embedding):
                reasons[utt] = one.reason if isinstance(one, AudioError | QualityError) else "unusable"
        found.append({utt: one.vector for utt, one in results.items() if isinstance(one, Embedding)})
    kept = [utt for utt in utts if utt not in reasons]
    left_out = dict(Counter(reasons.values()).most_common())
    if not kept:
        raise InputError(f"none of {len(utts)} lines can be used: {_counts(left_out)}")
    names = source.labels or short_names([Path(encoder) for encoder in encoders])
    models = {
        name: EmbeddingSet(np.stack([vectors[utt] for utt in kept]), kept)
        for name, vectors in zip(names, found, strict=True)
    }
    return PlottedVoices(models, corpus.subset(kept), left_out)


def _of_gallery(source: VoiceSource, place: str, max_lines: int, seed: int) -> PlottedVoices:
    from kowairo.inference.gallery import Gallery

    gallery = Gallery.open(place)
    counts = {voice.name: voice.num_references for voice in gallery.voices()}
    if missing := [voice for voice in source.voices if voice not in counts]:
        raise InputError(f"no voice {missing[0]!r} in the gallery")
    names = list(source.voices) or list(counts)
    rows = {name: [f"{name}/{row:06d}" for row in range(counts[name])] for name in names}
    chosen = set(spread_over_speakers(rows, maximum=max_lines, seed=seed))
    vectors, audio, speakers = {}, {}, {}
    for name in names:
        if not chosen.intersection(rows[name]):
            continue
        stored = gallery.stored(name)
        for utt, facts, vector in zip(rows[name], stored.facts, stored.vectors, strict=True):
            if utt in chosen:
                ref = AudioRef.parse(facts.source)
                vectors[utt], speakers[utt] = vector, name
                audio[utt] = ref if ref.path.is_file() else NO_AUDIO
    if not vectors:
        raise InputError(f"{place}: the gallery is empty")
    label = source.labels[0] if source.labels else gallery.encoder.name
    models = {label: EmbeddingSet(np.stack(list(vectors.values())), list(vectors))}
    return PlottedVoices(models, Corpus(audio, speakers), {})


def _counts(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in reasons.items())
