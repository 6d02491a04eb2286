"""A corpus as tar shards, its lines in random order."""

import hashlib
import io
import json
import logging
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from kowairo.core import CorpusTables, InputError, atomic_path, file_digest, read_json
from kowairo.data._bounded_map import bounded_map
from kowairo.data.drop_report import DropReport, Remark
from kowairo.data.shards._shard_lines import ShardFormat as ShardFormat
from kowairo.data.shards._shard_lines import ShardLine, ShardLines
from kowairo.data.shards._shard_parts import Part, PartFolder, shard_name
from kowairo.data.shards.shard_set import Shard, ShardSet

_BLOCK_BYTES = 512
_logger = logging.getLogger(__name__)


def write_shards(
    corpus: CorpusTables,
    out: Path | str,
    *,
    shard_mb: float = 256.0,
    audio_format: ShardFormat = "flac",
    seed: int = 0,
    threads: int = 2,
) -> ShardSet:
    """Writes a corpus as tar files of the WebDataset layout, and the index that training reads.

    Each line is `KEY.flac` (16 kHz, mono, 16 bit; or the file as it is) and `KEY.json` with `utt`, `speaker`
    and what the corpus's tables say of the two; KEY is the utterance with `%`, `/`, `.` and control
    characters as `%2E`. Lines that cannot be read are left out and stand in `dropped.tsv`.

    Every shard appears as a whole. A job that was killed goes on behind the last one when it is called again,
    and the shards are then, byte for byte, those of a job that was not killed.

    Args:
        corpus: The lines.
        out: Folder for the shards; new, or with what a killed job left.
        shard_mb: A shard is closed when it has so many megabytes (10^6 bytes).
        audio_format: flac, or original for the files as they are.
        seed: Equal seeds give equal shards.
        threads: Threads that decode.

    Returns:
        The shards.

    Raises:
        InputError: No line can be read, a setting is wrong, or `out` holds something else or cannot be
            written.
    """
    if not shard_mb > 0 or audio_format not in get_args(ShardFormat):
        raise InputError(f"shard_mb must be positive and the format flac or original, got {shard_mb} MB")
    out = Path(out)
    fingerprint = _fingerprint(corpus, shard_mb, audio_format, seed)
    if (out / "index.json").is_file() and read_json(out / "index.json").get("fingerprint") == fingerprint:
        PartFolder.forget(out)
        return ShardSet.open(out)
    try:
        folder = PartFolder(out, fingerprint)
        parts = folder.finished()
        order = np.random.default_rng(seed).permutation(len(corpus.utts))
        lines = ShardLines(corpus, audio_format)
        for part in _new_parts(lines, order, out, parts, round(1e6 * shard_mb), threads):
            folder.add(part)
            parts.append(part)
        if not any(len(part.rows) for part in parts):
            for part in parts:
                (out / part.shard.name).unlink()
            PartFolder.forget(out)
            raise InputError(f"no line of {corpus.folder} can be read: {_report(parts, 0).summary()}")
        found = _index(corpus, out, parts, fingerprint)
        PartFolder.forget(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    return found


def _new_parts(
    lines: ShardLines, order: NDArray[np.int64], out: Path, finished: list[Part], limit: int, threads: int
) -> Iterator[Part]:
    """Writes the shards that are missing."""
    start = finished[-1].stop if finished else 0
    results = bounded_map(lines.sample, map(int, order[start:]), threads=threads)
    number = len(finished)
    while start < len(order):
        part = _write_shard(results, out / shard_name(number), start=start, limit=limit)
        _logger.info("%s: %d lines, %d of %d done", part.shard.name, len(part.rows), part.stop, len(order))
        yield part
        start, number = part.stop, number + 1


def _write_shard(results: Iterator[ShardLine | Remark], path: Path, *, start: int, limit: int) -> Part:
    taken = _Taken()
    with atomic_path(path) as partial:
        with tarfile.open(partial, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for result in results:
                taken.add(result, tar)
                if tar.offset >= limit:
                    break
        size, digest = partial.stat().st_size, file_digest(partial)
    return Part(
        shard=Shard(path.name, len(taken.rows), size, digest),
        stop=start + len(taken.rows) + len(taken.dropped),
        rows=np.array(taken.rows, dtype=np.int64),
        places=np.array(taken.places, dtype=np.int64).reshape(-1, 2),
        dropped=tuple(taken.dropped),
    )


@dataclass
class _Taken:
    """Lines that a shard took, and those that could not be used."""

    rows: list[int] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    dropped: list[Remark] = field(default_factory=list)

    def add(self, result: ShardLine | Remark, tar: tarfile.TarFile) -> None:
        if isinstance(result, Remark):
            self.dropped.append(result)
            return
        self.places.append(_add(tar, f"{result.key}.{result.ending}", result.audio))
        _add(tar, f"{result.key}.json", result.facts)
        self.rows.append(result.row)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> tuple[int, int]:
    """Appends a member that says nothing of machine, user or time; gives its place."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
    padded = -(-len(content) // _BLOCK_BYTES) * _BLOCK_BYTES
    return tar.offset - padded, len(content)


def _index(corpus: CorpusTables, out: Path, parts: list[Part], fingerprint: str) -> ShardSet:
    rows = np.concatenate([part.rows for part in parts])
    everyone, codes = corpus.speaker_codes
    present, labels = np.unique(codes[rows], return_inverse=True)
    report = _report(parts, len(present))
    report.write(out)
    found = ShardSet(
        folder=out,
        base=str(out),
        shards=[part.shard for part in parts],
        utts=corpus.utts.take(rows),
        labels=labels.astype(np.int32),
        speakers=[everyone[code] for code in present.tolist()],
        places=np.concatenate([part.places for part in parts]),
        dropped=report.counts,
        fingerprint=fingerprint,
    )
    found.save()
    _logger.info("%s", report.summary())
    return found


def _report(parts: list[Part], speakers: int) -> DropReport:
    dropped = sorted((remark for part in parts for remark in part.dropped), key=lambda remark: remark.utt)
    return DropReport(sum(len(part.rows) for part in parts), speakers, tuple(dropped))


def _fingerprint(corpus: CorpusTables, shard_mb: float, audio_format: ShardFormat, seed: int) -> str:
    tables = {p.name: file_digest(p) for p in sorted(corpus.folder.iterdir()) if _is_table(p)}
    settings = json.dumps([tables, shard_mb, audio_format, seed], sort_keys=True)
    return hashlib.sha256(settings.encode()).hexdigest()


def _is_table(path: Path) -> bool:
    known = path.name in ("wav.scp", "text") or path.name.startswith(("utt2", "spk2"))
    return known and path.is_file()
