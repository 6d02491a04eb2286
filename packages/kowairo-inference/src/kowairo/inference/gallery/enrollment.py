"""Many recordings into a gallery in one go: bad files are counted and skipped, a killed job goes on."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite

import numpy as np

from kowairo.core import AudioRef, EmbeddingSet, InputError
from kowairo.data import AudioError, audio_hashes
from kowairo.data.importers import CorpusImporter

from ..quality import QualityError
from ..speaker_embedder import Embedding, SpeakerEmbedder
from .gallery import Gallery
from .references import ReferenceFacts, References, vector_digest
from .voice_names import clean_voice_name

_log = logging.getLogger(__name__)
_NO_SAMPLES = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True)
class VoiceLine:
    """A recording and whose it is."""

    voice: str
    """Name of the voice; empty where nobody knows."""
    ref: AudioRef
    """The audio."""


@dataclass(frozen=True)
class SkippedLine:
    """A recording that is not in the gallery."""

    voice: str
    """Name of the voice."""
    source: str
    """The file."""
    reason: str
    """`missing`, `undecodable`, `too_short`, `silent`, `clipped`, `unknown_speaker` ..."""
    detail: str
    """What was found, for people."""


@dataclass
class EnrollmentSummary:
    """What became of an enrolment."""

    num_added: int = 0
    """References added."""
    num_known: int = 0
    """Recordings that their voices had already."""
    voices: set[str] = field(default_factory=set)
    """Voices that have a reference of this enrolment now."""
    skipped: list[SkippedLine] = field(default_factory=list)
    """Recordings that could not be used."""

    @property
    def reasons(self) -> dict[str, int]:
        """Number of skipped recordings by reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.skipped).most_common())


def voice_lines(importer: CorpusImporter) -> Iterator[VoiceLine]:
    """Recordings of a corpus in any layout, under the characters' true names.

    A character of a title is called `title/character`, so that two of one name stay apart.

    Args:
        importer: As `CharacterFolder`, a folder per character.

    Yields:
        The recordings.

    Raises:
        InputError: The corpus has another layout.
    """
    for entry in importer.entries():
        tables = entry.speaker_tables
        name = tables.get("spk2name", entry.speaker)
        title = tables.get("spk2title", "")
        yield VoiceLine(f"{title}/{name}" if title and entry.speaker else name, entry.ref)


def enroll(
    gallery: Gallery,
    lines: Iterable[VoiceLine],
    embedder: SpeakerEmbedder,
    *,
    workers: int = 2,
    batch_size: int = 500,
) -> EnrollmentSummary:
    """Embed recordings and add them.

    One commit per batch: a job that is killed loses what it was embedding, and goes on behind it when it is
    started again, for recordings that are there already are not embedded again.

    Args:
        gallery: A gallery of the embedder's encoder.
        lines: Recordings, any number of any voices.
        embedder: Encoder and bar of quality.
        workers: Recordings in work at a time, one core each.
        batch_size: Recordings per commit.

    Returns:
        Counts, and the recordings that could not be used.

    Raises:
        InputError: The encoder is another than the gallery's, or a number is below 1.
    """
    if min(workers, batch_size) < 1:
        raise InputError(f"expected one worker and line or more, got {workers} and {batch_size}")
    if embedder.digest != gallery.encoder.sha256:
        raise InputError(f"this gallery is of the encoder {gallery.encoder.name}, embed with that one")
    summary = EnrollmentSummary()
    source = iter(lines)
    while batch := list(islice(source, batch_size)):
        new = _new_lines(gallery, batch, summary)
        found = list(embedder.embed_each([line.ref for line, _ in new], workers=workers))
        facts, vectors = [], []
        for (line, digest), result in zip(new, found, strict=True):
            if isinstance(result, Embedding):
                duration_s = result.quality.duration_s
                facts.append(ReferenceFacts(line.voice, str(line.ref), digest, duration_s))
                vectors.append(result.vector * np.float32(result.magnitude))
            else:
                summary.skipped.append(_skipped(line, result))
        if facts:
            references = References(facts, np.stack(vectors))
            summary.num_added += gallery.add(references, encoder_sha256=embedder.digest)
            summary.voices |= {one.voice for one in references.facts}
            _log.info("%d references of %d voices", summary.num_added, len(summary.voices))
    return summary


def enroll_embeddings(
    gallery: Gallery,
    embeddings: EmbeddingSet,
    voices: Mapping[str, str],
    *,
    sources: Mapping[str, str] | None = None,
    batch_size: int = 10_000,
) -> EnrollmentSummary:
    """Add vectors that are there already.

    Args:
        gallery: A gallery of the encoder that the set says it is of.
        embeddings: The set.
        voices: Name of the voice of each utterance; others are skipped as `unknown_speaker`.
        sources: Where an utterance's audio is, for people; the utterance by default.
        batch_size: Vectors per commit.

    Returns:
        Counts, and the utterances that could not be used.

    Raises:
        InputError: The set is of another encoder, or does not say of which.
    """
    digest = embeddings.meta.get("encoder_sha256")
    if not isinstance(digest, str):
        raise InputError("the embedding set does not say which encoder it is of (encoder_sha256)")
    summary = EnrollmentSummary()
    for start in range(0, len(embeddings), batch_size):
        rows = range(start, min(start + batch_size, len(embeddings)))
        vectors = np.asarray(embeddings.vectors[rows.start : rows.stop], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
        kept, facts = [], []
        for row, vector, length in zip(rows, vectors, lengths.tolist(), strict=True):
            utt = embeddings.utts[row]
            good = isfinite(length) and length > 0
            source = (sources or {}).get(utt, utt)
            if good and utt in voices:
                kept.append(row - start)
                facts.append(ReferenceFacts(voices[utt], source, vector_digest(vector)))
            else:
                reason = "unknown_speaker" if good else "not_finite"
                summary.skipped.append(SkippedLine(voices.get(utt, ""), source, reason, utt))
        references = References(facts, vectors[kept])
        added = gallery.add(references, encoder_sha256=digest)
        summary.num_added += added
        summary.num_known += len(references) - added
        summary.voices |= {one.voice for one in references.facts}
    return summary


def _new_lines(
    gallery: Gallery, batch: list[VoiceLine], summary: EnrollmentSummary
) -> list[tuple[VoiceLine, str]]:
    """Recordings with a name that their voice does not have yet, each once, with their digests."""
    named: dict[tuple[str, str], VoiceLine] = {}
    for line in batch:
        try:
            voice = clean_voice_name(line.voice)
        except InputError as error:
            reason = "bad_name" if line.voice else "unknown_speaker"
            summary.skipped.append(SkippedLine(line.voice, str(line.ref), reason, str(error)))
            continue
        content = audio_hashes(line.ref, _NO_SAMPLES).file
        # Without content the source stands for it; embedding will say what is wrong.
        digest = str(line.ref) if content is None else f"file:{content:016x}"
        if (voice, digest) in named:
            summary.num_known += 1
        named.setdefault((voice, digest), VoiceLine(voice, line.ref))
    facts = [ReferenceFacts(voice, "", digest) for voice, digest in named]
    known = gallery.known(facts) & named.keys()
    summary.num_known += len(known)
    summary.voices |= {voice for voice, _ in known}
    return [(line, digest) for (voice, digest), line in named.items() if (voice, digest) not in known]


def _skipped(line: VoiceLine, error: InputError) -> SkippedLine:
    if isinstance(error, AudioError | QualityError):
        return SkippedLine(line.voice, str(line.ref), error.reason, error.detail)
    return SkippedLine(line.voice, str(line.ref), "unusable", str(error))
