"""Commands `kowairo corpus shard` and `kowairo corpus index`."""

from pathlib import Path

from kowairo.core import CorpusTables
from kowairo.data.shards import LabelMember, ShardFormat, ShardSet, index_shards, list_shards, write_shards


def shard(
    *,
    corpus: Path,
    out: Path,
    shard_mb: float = 256.0,
    format: ShardFormat = "flac",  # noqa: A002 - the name that users know
    seed: int = 0,
    threads: int = 2,
) -> None:
    """Write a corpus as tar files of the WebDataset layout, its lines in random order.

    A job that was killed goes on where it was when it is called again.

    Args:
        corpus: Kaldi folder.
        out: Folder for the shards and their index.
        shard_mb: A shard is closed when it has so many megabytes.
        format: flac (16 kHz, mono, 16 bit), or original for the files as they are.
        seed: Equal seeds give equal shards.
        threads: Threads that decode.
    """
    shards = write_shards(
        CorpusTables(corpus), out, shard_mb=shard_mb, audio_format=format, seed=seed, threads=threads
    )
    _show(shards)


def index(*, shards: str, out: Path, label: LabelMember = "auto", field: str = "speaker") -> None:
    """List what is in tar shards of the WebDataset layout, so that training can read them.

    Args:
        shards: Folder with *.tar, one tar file, or a text file that lists paths and URLs.
        out: Folder for the index; it may be the folder of the shards, which stay where they are.
        label: Where the speaker stands: json, cls, txt; auto for json, else cls; none for unlabelled audio.
        field: Key of the speaker in the JSON members.
    """
    _show(index_shards(list_shards(shards), out, label=label, field_name=field))


def _show(shards: ShardSet) -> None:
    dropped = "".join(f", {number} {reason}" for reason, number in sorted(shards.dropped.items()))
    print(
        f"{len(shards.utts)} lines of {len(shards.speakers)} speakers in {len(shards.shards)} shards, "
        f"{sum(shards.dropped.values())} left out{dropped}"
    )
