"""Kaldi archives of vectors (`ark`) and their tables (`scp`), in and out.

Plain binary float and double vectors, which is what embeddings are, are read by our own code: a walk over
the headers and one copy (see benchmarks/results/ark.md). Everything rarer (one-row matrices, compressed ones,
text archives) goes through kaldiio record by record, and only as numbers: kaldiio by itself also unpickles
records and runs pipes, so it is never given a file name or a record that has not been looked at.
"""

import mmap
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core.embedding_set import EmbeddingSet
from kowairo.core.errors import InputError
from kowairo.core.files import atomic_path
from kowairo.core.tables import read_table, write_table

_PLAIN_TYPES: dict[bytes, np.dtype[np.floating]] = {
    b"\0BFV \4": np.dtype("<f4"),
    b"\0BDV \4": np.dtype("<f8"),
}
_HEADER = 10  # "\0B", "FV " or "DV ", "\4", int32
_LONGEST_ID = 4096
_WRITTEN_ROWS = 4096
_COPIED_ROWS = 1024  # the copy stays in the cache, and in memory that the process has already


def read_ark(path: Path | str) -> EmbeddingSet:
    """Read an archive from its start to its end.

    Args:
        path: Binary (float, double or compressed; matrices of one row) or text.

    Returns:
        The set, in the order of the archive, float32.

    Raises:
        InputError: No such file, an empty archive, a record that is no vector, one that is cut off,
            vectors of different dimension, or an utterance that stands twice.
    """
    path = Path(path)
    with _opened(path) as data:
        utts, offsets = _walk(path, data)
        vectors = _gather(path, data, offsets, utts)
    return _embedding_set(path, vectors, utts)


def read_ark_scp(path: Path | str) -> EmbeddingSet:
    """Read the vectors that a table names: `utterance archive.ark:offset`.

    Args:
        path: The table; relative archives are looked for beside it, then in the working directory (which
            is what Kaldi does).

    Returns:
        The set, sorted by utterance, float32.

    Raises:
        InputError: As `read_ark`, or an entry is a pipe, has no offset or one behind the archive's end.
        TableError: As `read_table`.
    """
    path = Path(path)
    table = read_table(path)
    if not table:
        raise InputError(f"{path}: no vector in it")
    utts, by_archive = list(table), _by_archive(path, table)
    vectors = np.empty((len(utts), 0), dtype=np.float32)
    for archive, places in by_archive.items():
        with _opened(archive) as data:
            part = _gather(archive, data, [at for _, at in places], [utts[row] for row, _ in places])
        if not vectors.shape[1]:
            vectors = np.empty((len(utts), part.shape[1]), dtype=np.float32)
        if part.shape[1] != vectors.shape[1]:
            raise InputError(f"{archive}: vectors of dimension {part.shape[1]}, others of {vectors.shape[1]}")
        vectors[[row for row, _ in places]] = part
    return _embedding_set(path, vectors, utts)


def write_ark(path: Path | str, embeddings: EmbeddingSet) -> None:
    """Write a binary float archive and, beside it, its table with the ending `.scp`.

    The table names the archive by an absolute path, as Kaldi's own programs expect.

    Args:
        path: The archive, `something.ark`.
        embeddings: What to write, in its order; the table is sorted.

    Raises:
        InputError: An id holds a blank, or the path ends in `.scp`.
    """
    path = Path(path)
    if path.suffix == ".scp":
        raise InputError(f"{path}: give the archive's name (.ark); its table gets the ending .scp")
    if wrong := [utt for utt in embeddings.utts if not utt or re.search(r"[ \t\r\n]", utt)]:
        raise InputError(f"{path}: utterance id {wrong[0]!r} is empty or holds a blank")
    header = b" \0BFV \4" + embeddings.dim.to_bytes(4, "little")
    size = 4 * embeddings.dim
    places, position, archive = {}, 0, f"{path.absolute()}:"
    with atomic_path(path) as partial, partial.open("wb") as file:
        for start in range(0, len(embeddings), _WRITTEN_ROWS):
            part = slice(start, start + _WRITTEN_ROWS)
            values = np.ascontiguousarray(embeddings.vectors[part], dtype="<f4").tobytes()
            pieces: list[bytes] = []
            for row, utt in enumerate(embeddings.utts[part]):
                key = utt.encode("utf-8")
                places[utt] = f"{archive}{position + len(key) + 1}"
                position += len(key) + len(header) + size
                pieces += (key, header, values[row * size : (row + 1) * size])
            file.write(b"".join(pieces))
    write_table(path.with_suffix(".scp"), places)


@contextmanager
def _opened(path: Path) -> Iterator[mmap.mmap]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: no vector in it")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _walk(path: Path, data: mmap.mmap) -> tuple[list[str], list[int]]:
    """Ids of an archive, and where each one's record starts."""
    names, offsets = [], []
    position, size = 0, len(data)
    usual, step = b"", 0  # the header of the record before: as a rule all are alike
    while position < size:
        blank = data.find(b" ", position, position + _LONGEST_ID)
        if blank <= position:
            raise InputError(f"{path}: no utterance id at byte {position}; is it a Kaldi archive?")
        names.append(data[position:blank])
        offsets.append(blank + 1)
        header = data[blank + 1 : blank + 1 + _HEADER]
        if header != usual:
            usual = header
            step = _record_size(path, data, blank + 1, names[-1])
        position = blank + 1 + step
        if header[:6] not in _PLAIN_TYPES:
            usual = b""  # a text is as long as its numbers
    return _decoded(path, names), offsets


def _record_size(path: Path, data: mmap.mmap, offset: int, name: bytes) -> int:
    header = data[offset : offset + _HEADER]
    if (dtype := _PLAIN_TYPES.get(header[:6])) is not None:
        return _HEADER + int.from_bytes(header[6:], "little") * dtype.itemsize
    return _rare_vector(path, data, offset, name.decode("utf-8", "replace"))[1]


def _gather(path: Path, data: mmap.mmap, offsets: Sequence[int], utts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of the records at some offsets: (record, dim)."""
    first = data[offsets[0] : offsets[0] + _HEADER]
    if (dtype := _PLAIN_TYPES.get(first[:6])) is None:
        return _gather_rare(path, data, offsets, utts)
    dim = int.from_bytes(first[6:], "little")
    record = np.dtype([("header", f"V{_HEADER}"), ("vector", dtype, (dim,))])
    size = _HEADER + dim * dtype.itemsize
    if max(offsets) + size > len(data):
        last = utts[int(np.argmax(offsets))]
        raise InputError(f"{path}: the vector of {last!r} is cut off, or its offset is wrong")
    # A record may start at any byte: a view of all starts, of which the wanted ones are copied.
    starts = np.ndarray((len(data) - size + 1,), record, data, strides=(1,))
    vectors = np.empty((len(offsets), dim), dtype=np.float32)
    for begin in range(0, len(offsets), _COPIED_ROWS):
        records = starts[np.array(offsets[begin : begin + _COPIED_ROWS])]
        if (records["header"] != np.void(first)).any():
            return _gather_rare(path, data, offsets, utts)
        vectors[begin : begin + _COPIED_ROWS] = records["vector"]
    return vectors


def _gather_rare(
    path: Path, data: mmap.mmap, offsets: Sequence[int], utts: Sequence[str]
) -> NDArray[np.float32]:
    """Vectors of records that are not all alike, one by one."""
    vectors = [_rare_vector(path, data, offset, utt)[0] for offset, utt in zip(offsets, utts, strict=True)]
    for utt, vector in zip(utts, vectors, strict=True):
        if len(vector) != len(vectors[0]):
            raise InputError(
                f"{path}: the vector of {utt!r} has dimension {len(vector)}, that of {utts[0]!r} "
                f"{len(vectors[0])}"
            )
    return np.stack(vectors)


def _rare_vector(path: Path, data: mmap.mmap, offset: int, utt: str) -> tuple[NDArray[np.float32], int]:
    """One record: (dim,) float32, and how many bytes it takes."""
    binary = data[offset : offset + 2] == b"\0B"
    try:
        array, size = _read_binary(data, offset) if binary else _read_text(data, offset)
    # What kaldiio raises on broken records, its asserts included.
    except (ValueError, AssertionError, RuntimeError, IndexError, TypeError, struct.error) as error:
        raise InputError(f"{path}: the record of {utt!r} at byte {offset} is no vector of numbers") from error
    array = array[0] if array.ndim == 2 and len(array) == 1 else array
    if array.ndim != 1 or not array.size:
        raise InputError(f"{path}: the record of {utt!r} has shape {array.shape}, expected one vector")
    return array.astype(np.float32), size


def _read_binary(data: mmap.mmap, offset: int) -> tuple[NDArray[np.floating], int]:
    from kaldiio.matio import read_matrix_or_vector

    data.seek(offset)
    array: NDArray[np.floating] = read_matrix_or_vector(data)
    return array, data.tell() - offset


def _read_text(data: mmap.mmap, offset: int) -> tuple[NDArray[np.floating], int]:
    """`[ 1 2 3 ]`, in one line or, as a matrix of one row, in two."""
    start, stop = data.find(b"[", offset), data.find(b"]", offset)
    if not data[offset:start].isspace() or stop < start:
        raise ValueError("no bracket")
    rows = [row.split() for row in data[start + 1 : stop].splitlines() if row.strip()]
    end = data.find(b"\n", stop)
    return np.array([list(map(float, row)) for row in rows]), (end + 1 if end >= 0 else len(data)) - offset


def _by_archive(path: Path, table: Mapping[str, str]) -> dict[Path, list[tuple[int, int]]]:
    """Rows of the table and their offsets, by archive."""
    places: dict[str, list[tuple[int, int]]] = {}
    for row, (utt, text) in enumerate(table.items()):
        archive, _, offset = text.rpartition(":")
        if not archive or not offset.isascii() or not offset.isdigit():
            raise InputError(f"{path}: {utt!r} is not `archive.ark:offset` but {text!r}")
        places.setdefault(archive, []).append((row, int(offset)))
    return {_located(path, archive): rows for archive, rows in places.items()}


def _located(path: Path, archive: str) -> Path:
    beside = path.parent / archive
    return beside if beside.exists() or not Path(archive).exists() else Path(archive)


def _decoded(path: Path, names: list[bytes]) -> list[str]:
    try:
        return [name.decode("utf-8") for name in names]
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: utterance id {error.object!r} is not UTF-8") from error


def _embedding_set(path: Path, vectors: NDArray[np.float32], utts: list[str]) -> EmbeddingSet:
    try:
        return EmbeddingSet(vectors, utts, {"source": str(path)})
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
