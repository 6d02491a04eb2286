"""The training record of a corpus that lies in shards."""

from collections.abc import Iterator

from kowairo.core import AudioHashes, Speaker, TrainingRecord, content_hash
from kowairo.data._audio_error import AudioError
from kowairo.data._bounded_map import bounded_map
from kowairo.data.audio import decode_bytes
from kowairo.data.shards.shard_set import ShardReader, ShardSet
from kowairo.data.training_audio import audio_hashes


def record_shards(shards: ShardSet, *, threads: int = 2) -> TrainingRecord:
    """Makes the record of a training on shards; each is read once, from start to end.

    The bytes are those in the shard: where it was written in another format than the corpus, the files of
    the corpus are known by their samples only.

    Args:
        shards: The shards.
        threads: Threads that decode.
    """
    audio = (hashes for hashes in bounded_map(_hash_content, _contents(shards), threads=threads) if hashes)
    return TrainingRecord.build(audio, [Speaker("", name) for name in shards.speakers])


def _contents(shards: ShardSet) -> Iterator[tuple[str, bytes | None]]:
    reader = ShardReader(shards)
    try:
        for row in range(len(shards.utts)):
            try:
                yield reader.source(row), reader.read(row)
            except AudioError:
                yield reader.source(row), None
    finally:
        reader.close()


def _hash_content(item: tuple[str, bytes | None]) -> AudioHashes | None:
    source, content = item
    if content is None:
        return None
    try:
        samples = decode_bytes(content, source=source, min_duration_s=0.0).samples
    except AudioError:
        return AudioHashes(content_hash(content), None)
    return AudioHashes(content_hash(content), audio_hashes(None, samples).samples)
