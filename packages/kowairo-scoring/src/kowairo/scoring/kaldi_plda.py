"""Kaldi's PLDA files, in and out."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, atomic_path
from kowairo.scoring.plda import PLDA, MultiSession, PLDALengthNorm

_BINARY = b"\0B"
_SAMPLES: dict[bytes, np.dtype[np.floating]] = {b"F": np.dtype("<f4"), b"D": np.dtype("<f8")}


def read_kaldi_plda(
    path: Path | str,
    *,
    length_norm: PLDALengthNorm = "covariance",
    multi_session: MultiSession = "by_the_book",
) -> PLDA:
    """Read a file of ``ivector-compute-plda``, binary or text.

    The file holds the mean, the map that makes the within-speaker covariance the identity and the
    between-speaker covariance diagonal, and that diagonal.

    Args:
        path: The file.
        length_norm: As ``PLDA``; Kaldi's scoring takes ``covariance`` unless told otherwise.
        multi_session: As ``PLDA``.

    Returns:
        A PLDA that scores as Kaldi does with this file.

    Raises:
        InputError: No such file, or it is no PLDA of Kaldi.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    content = path.read_bytes()
    try:
        mean, rows, psi = _parse_binary(content) if content.startswith(_BINARY) else _parse_text(content)
    except (ValueError, struct.error, KeyError) as error:
        raise InputError(f"{path}: not a PLDA of Kaldi ({error})") from error
    if (
        mean.ndim != 1
        or rows.shape != (mean.size, mean.size)
        or psi.shape != mean.shape
        or not (psi >= 0).all()
    ):
        raise InputError(
            f"{path}: mean, transform and psi do not fit: {mean.shape}, {rows.shape}, {psi.shape}"
        )
    plda = PLDA(length_norm=length_norm, multi_session=multi_session)
    plda.mean_, plda.diagonalizer_, plda.psi_ = mean, rows, psi
    plda.log_likelihoods_ = np.empty(0)
    return plda


def write_kaldi_plda(path: Path | str, plda: PLDA) -> None:
    """Write a fitted PLDA as Kaldi's binary file of doubles.

    Args:
        path: The file.
        plda: Fitted. Its length normalisation is no part of the file: it is an option of Kaldi's scoring.

    Raises:
        InputError: Not fitted.
    """
    dim = len(plda.model().mean)
    vector_head = b"DV \4" + struct.pack("<i", dim)
    matrix_head = b"DM \4" + struct.pack("<i", dim) + b"\4" + struct.pack("<i", dim)
    mean, rows, psi = (
        np.asarray(each, dtype="<f8").tobytes() for each in (plda.mean_, plda.diagonalizer_, plda.psi_)
    )
    content = [_BINARY, b"<Plda> ", vector_head, mean, matrix_head, rows, vector_head, psi, b"</Plda> "]
    with atomic_path(path) as partial:
        partial.write_bytes(b"".join(content))


def _parse_binary(
    content: bytes,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Read mean, transform and psi of a binary file; ValueError says what is not as it should be."""
    position = _expect(content, len(_BINARY), b"<Plda> ")
    arrays = []
    for kind in (b"V", b"M", b"V"):
        array, position = _binary_array(content, position, kind)
        arrays.append(array)
    _expect(content, position, b"</Plda> ")
    return arrays[0], arrays[1], arrays[2]


def _binary_array(content: bytes, position: int, kind: bytes) -> tuple[NDArray[np.float64], int]:
    """Read a vector (``V``) or matrix (``M``) of floats or doubles; return it and where it ends."""
    sample = _SAMPLES[content[position : position + 1]]
    position = _expect(content, position + 1, kind + b" ")
    shape = []
    for _ in range(1 if kind == b"V" else 2):
        position = _expect(content, position, b"\4")
        shape.append(struct.unpack_from("<i", content, position)[0])
        position += 4
    count = int(np.prod(shape, dtype=np.int64))
    if min(shape) < 1 or position + count * sample.itemsize > len(content):
        raise ValueError(f"a size of {shape} at byte {position}")
    values = np.frombuffer(content, sample, count, position).astype(np.float64)
    return values.reshape(shape), position + count * sample.itemsize


def _expect(content: bytes, position: int, token: bytes) -> int:
    """Return the position behind ``token``, which must stand at ``position``."""
    if content[position : position + len(token)] != token:
        raise ValueError(f"expected {token!r} at byte {position}")
    return position + len(token)


def _parse_text(
    content: bytes,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Read mean, transform and psi of a text file: three bracketed lists, the rows of the second on lines."""
    text = content.decode("ascii").strip()
    if not (text.startswith("<Plda>") and text.endswith("</Plda>")):
        raise ValueError("expected <Plda> ... </Plda>")
    lists = [part.split("[")[-1].strip() for part in text.removesuffix("</Plda>").split("]")][:-1]
    if len(lists) != 3:
        raise ValueError(f"expected 3 lists in brackets, got {len(lists)}")
    mean, psi = (np.array(each.split(), dtype=np.float64) for each in (lists[0], lists[2]))
    rows = np.array([line.split() for line in lists[1].splitlines()], dtype=np.float64)
    return mean, rows, psi
