"""Embeddings in the forms that other toolkits leave them in."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core.embedding_set import EmbeddingSet
from kowairo.core.errors import InputError, TableError
from kowairo.core.kaldi_ark import read_ark, read_ark_scp
from kowairo.core.lines import read_lines, split_columns

_SCP_LINE = re.compile(rb"[^ \t\n]+[ \t]+[^\n]*[^ \t\n]:\d+[ \t\r]*(\n|\Z)")
_SNIFFED_BYTES = 8192


def open_embeddings(path: Path | str) -> EmbeddingSet:
    """Read embeddings of whatever form; the content decides which, not the name.

    Args:
        path: An embedding set of ours (memory-mapped); a folder of `.npy` files, one an utterance; a Kaldi
            table (`scp`) or archive (`ark`), binary or text; or text lines `utterance 0.1 0.2 ...`.

    Returns:
        The set.

    Raises:
        InputError: There is nothing there, it is none of these, or it is broken.
    """
    path = Path(path)
    if path.is_dir():
        is_set = (path / "vectors.npy").is_file() and (path / "utts").is_file()
        return EmbeddingSet.load(path) if is_set else read_npy_folder(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
    _, _, record = head.partition(b" ")
    if record.startswith((b"\0B", b"[", b" [")):
        return read_ark(path)
    return read_ark_scp(path) if _SCP_LINE.match(head) else read_text_vectors(path)


def read_npy_folder(folder: Path | str) -> EmbeddingSet:
    """Read a folder with one `.npy` file an utterance, as deep as it goes.

    An utterance is called by its path below the folder without the ending: `speaker/session/utterance`.
    A file may hold (dim,), or (crop, dim): then the mean over the crops is the utterance's vector.

    Args:
        folder: The folder.

    Returns:
        The set, sorted by utterance, float32.

    Raises:
        InputError: No such folder, no `.npy` file in it, a file that is no array of numbers (nothing in it
            is executed), or arrays of different dimension.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    found = {file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.rglob("*.npy")}
    if not found:
        raise InputError(f"{folder} holds no embedding set and no .npy file")
    utts = sorted(found)
    vectors: NDArray[np.float32] | None = None
    for row, utt in enumerate(utts):
        vector = _read_npy(found[utt])
        if vectors is None:
            vectors = np.empty((len(utts), len(vector)), dtype=np.float32)
        if len(vector) != vectors.shape[1]:
            raise InputError(
                f"{found[utt]}: a vector of dimension {len(vector)}, others have {vectors.shape[1]}"
            )
        vectors[row] = vector
    return EmbeddingSet(np.asarray(vectors), utts, {"source": str(folder)})


def read_text_vectors(path: Path | str) -> EmbeddingSet:
    """Read lines `utterance 0.1 0.2 ...`; brackets around the numbers are left out.

    Args:
        path: The file, UTF-8.

    Returns:
        The set, in file order, float32.

    Raises:
        InputError: There is no such file, or it is empty.
        TableError: A line has no numbers, one that is none, or another count than the first line, or an
            utterance stands twice.
    """
    rows: dict[str, NDArray[np.float32]] = {}
    dim = 0
    for number, line in read_lines(path):
        utt, *columns = split_columns(line)
        columns = [column for column in columns if column not in ("[", "]")]
        try:
            vector = np.array(list(map(float, columns)), dtype=np.float32)
        except ValueError as error:
            raise TableError(path, number, f"expected `utterance 0.1 0.2 ...`: {error}") from error
        dim = dim or len(vector)
        if not dim or len(vector) != dim:
            raise TableError(path, number, f"{len(vector)} numbers, expected {dim or 'some'} as before")
        if utt in rows:
            raise TableError(path, number, f"utterance {utt!r} stands twice; remove one of the lines")
        rows[utt] = vector
    if not rows:
        raise InputError(f"{path}: no vector in it")
    return EmbeddingSet(np.stack(list(rows.values())), list(rows), {"source": str(path)})


def _read_npy(file: Path) -> NDArray[np.float32]:
    try:
        array = np.load(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"{file}: not a readable array: {error}") from error
    if array.dtype.kind not in "fiu" or array.ndim not in (1, 2) or not array.size:
        raise InputError(f"{file}: expected (dim,) or (crop, dim) numbers, got {array.dtype} {array.shape}")
    single: NDArray[np.float32] = (array.mean(axis=0) if array.ndim == 2 else array).astype(np.float32)
    return single
