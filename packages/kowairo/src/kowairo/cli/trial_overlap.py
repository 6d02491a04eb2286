"""Trials on voices that the encoder was trained on are refused, or what they give is marked."""

from collections.abc import Iterable
from pathlib import Path

from kowairo.core import (
    Corpus,
    InputError,
    OverlapCounts,
    RecordFile,
    TrainingOverlap,
    Trials,
    encoder_folder,
    encoder_record,
    read_overlap_note,
    speakers_of,
    write_overlap_note,
)


def refuse_overlap(counts: OverlapCounts | None, trials: Path, *, allow: bool) -> None:
    """Stop where trials are on training voices.

    Args:
        counts: What was found, None for nothing.
        trials: The trial list, for the message.
        allow: Go on all the same.

    Raises:
        InputError: Something was found and is not allowed.
    """
    if counts is not None and not allow:
        raise InputError(
            f"{trials}: {counts}; such results say nothing about new voices: --allow_overlap true goes on "
            "and marks them (equal ids of another corpus are told apart by a table spk2corpus)"
        )


def set_overlap(embeddings: Path, utts: Iterable[str]) -> OverlapCounts | None:
    """Count the training voices among the utterances of trials, by what `kowairo embed` found.

    Args:
        embeddings: Embeddings of any form; only our own sets know of training.
        utts: Utterances of the trials.

    Returns:
        None if there are none, or nothing is known.

    Raises:
        InputError: The set's record of it is missing or broken.
    """
    overlap = TrainingOverlap.of_set(embeddings)
    if overlap is None or not (overlap.audio or overlap.speakers):
        return None
    return overlap.among(utts)


def admitted_overlap(embeddings: Path, trials: Trials, path: Path, *, allow: bool) -> OverlapCounts | None:
    """Count the training voices of a trial list, and stop where there are some that are not allowed.

    Args:
        embeddings: Embeddings of any form.
        trials: The trials, under the names of the embeddings.
        path: Where they are from, for the message.
        allow: Go on all the same.

    Returns:
        What is to mark the results, None for nothing.

    Raises:
        InputError: Something was found and is not allowed, or the set's record of it is missing or broken.
    """
    counts = set_overlap(embeddings, [*trials.enroll, *trials.test])
    refuse_overlap(counts, path, allow=allow)
    return counts


def corpus_overlap(record: RecordFile, corpus: Corpus, *, threads: int = 2) -> TrainingOverlap:
    """Compare audio and speakers of a corpus with a training record.

    Args:
        record: The record.
        corpus: The corpus with its audio.
        threads: Threads that read and decode.
    """
    # Here, and not above: it imports the decoders, which scoring does not need.
    from kowairo.data import hash_audio

    hashes = hash_audio(sorted(corpus.audio.items()), threads=threads)
    return TrainingOverlap.find(record.record, hashes, speakers_of(corpus))


def record_of(encoder: str) -> RecordFile:
    """Open the training record of an encoder.

    Args:
        encoder: Name or checkpoint folder.

    Raises:
        InputError: There is no such encoder, or it has no record.
    """
    folder = encoder_folder(encoder)
    record = encoder_record(folder)
    if record is None:
        raise InputError(f"{folder}: no training record; `kowairo models record --checkpoint` adds one")
    return record


def hand_on_overlap(scores: Iterable[Path], out: Path) -> None:
    """Mark a score file that was made of others as they are marked.

    Args:
        scores: The score files that it was made of.
        out: The new one.
    """
    found = [counts for path in scores if (counts := read_overlap_note(path)) is not None]
    write_overlap_note(out, max(found, key=lambda counts: counts.utterances) if found else None)
