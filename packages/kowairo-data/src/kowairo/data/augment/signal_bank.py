"""Many short recordings held decoded, so that an excerpt costs a copy and no decoding."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import (
    AudioRef,
    InputError,
    atomic_path,
    file_digest,
    read_json,
    read_wav_scp,
    write_json,
)
from kowairo.data.audio import read_audio

from ._checks import checked_not_empty

_INT16_SCALE = 32768.0
# Material is not lines: impulse responses last tenths of a second, pieces of music many minutes.
_MAX_DURATION_S = 4 * 3600.0


class SignalBank:
    """Recordings as one array of 16-bit samples, in memory or memory-mapped from a packed file.

    ``SignalBank.open(table)`` maps ``<table>.i16`` where :func:`pack_signals` wrote it for exactly this
    table, and decodes the files otherwise. Forked workers share the samples; a pickle of a mapped bank holds
    only its path.

    Args:
        signals: name -> (time,) float in [-1, 1]; kept in this order.
    """

    def __init__(self, signals: Mapping[str, NDArray[np.float32]]) -> None:
        checked_not_empty("signals", list(signals))
        for name, signal in signals.items():
            if signal.ndim != 1 or signal.size == 0:
                raise InputError(f"signal {name!r}: expected samples (time,), got shape {signal.shape}")
        self.names: list[str] = list(signals)
        self._ends = np.cumsum([signal.size for signal in signals.values()], dtype=np.int64)
        self._samples = np.concatenate([_to_int16(signal) for signal in signals.values()])
        self._packed: Path | None = None

    @classmethod
    def open(cls, table: Path | str) -> "SignalBank":
        """Read the recordings of a ``wav.scp``-like table.

        Args:
            table: rows ``name path``; paths relative to the table's folder.

        Raises:
            InputError: the table is empty, or a file of it cannot be decoded.
        """
        table = Path(table)
        if _is_packed(table):
            bank = cls.__new__(cls)
            bank._map(table)
            return bank
        references = read_wav_scp(table)
        checked_not_empty("recordings", list(references), origin=table)
        return cls({name: _read(reference) for name, reference in references.items()})

    def __len__(self) -> int:
        """Number of recordings."""
        return len(self.names)

    def signal(self, index: int) -> NDArray[np.int16]:
        """All samples of recording ``index``, (time,), int16, a view."""
        start = int(self._ends[index - 1]) if index > 0 else 0
        view: NDArray[np.int16] = self._samples[start : int(self._ends[index])]
        return view

    def excerpt(self, index: int, *, num_samples: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """A random stretch of one recording; a recording that is too short is repeated from a random start.

        Args:
            index: which recording.
            num_samples: length wanted.
            rng: draws the start.

        Returns:
            (num_samples,), float32 in [-1, 1].
        """
        signal = self.signal(index)
        if signal.size >= num_samples:
            start = int(rng.integers(signal.size - num_samples + 1))
            stretch = signal[start : start + num_samples]
        else:
            start = int(rng.integers(signal.size))
            stretch = np.resize(np.roll(signal, -start), num_samples)
        return np.multiply(stretch, np.float32(1.0 / _INT16_SCALE), dtype=np.float32)

    def _map(self, table: Path) -> None:
        header = read_json(_header_path(table))
        self.names = [str(name) for name in header["names"]]
        self._ends = np.asarray(header["ends"], dtype=np.int64)
        self._samples = np.memmap(_samples_path(table), dtype=np.int16, mode="r")
        self._packed = table

    def __getstate__(self) -> dict[str, object]:
        if self._packed is not None:
            return {"packed": self._packed.resolve()}
        return {"names": self.names, "ends": self._ends, "samples": self._samples}

    def __setstate__(self, state: dict[str, object]) -> None:
        if "packed" in state:
            self._map(Path(str(state["packed"])))
            return
        names, ends, samples = state["names"], state["ends"], state["samples"]
        if not (isinstance(names, list) and isinstance(ends, np.ndarray) and isinstance(samples, np.ndarray)):
            raise TypeError("not the state of a SignalBank")
        self.names, self._ends, self._samples, self._packed = names, ends, samples, None


def pack_signals(table: Path | str) -> None:
    """Decode the recordings of a table once, into ``<table>.i16``, for :meth:`SignalBank.open` to map.

    Args:
        table: rows ``name path``. Packed again only where the table changed since.

    Raises:
        InputError: the table is empty, or a file of it cannot be decoded.
    """
    table = Path(table)
    if _is_packed(table):
        return
    references = read_wav_scp(table)
    checked_not_empty("recordings", list(references), origin=table)
    lengths: list[int] = []
    with atomic_path(_samples_path(table)) as path, path.open("wb") as file:
        for reference in references.values():
            samples = _to_int16(_read(reference))
            samples.tofile(file)
            lengths.append(samples.size)
    # The header goes last: it is what makes the samples valid.
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    write_json(_header_path(table), {"table": file_digest(table), "names": list(references), "ends": ends})


def remove_signals(table: Path | str) -> None:
    """Remove a table and what :func:`pack_signals` made of it, as far as they exist; the audio files stay."""
    table = Path(table)
    for path in (table, _header_path(table), _samples_path(table)):
        path.unlink(missing_ok=True)


def open_banks(folder: Path, names: Sequence[str]) -> dict[str, SignalBank]:
    """Open those of ``<name>.scp`` that exist in a folder and hold a row; by name."""
    tables = {name: folder / f"{name}.scp" for name in names}
    return {
        name: SignalBank.open(table)
        for name, table in tables.items()
        if table.is_file() and table.stat().st_size
    }


def _read(reference: AudioRef) -> NDArray[np.float32]:
    return read_audio(reference, min_duration_s=0.0, max_duration_s=_MAX_DURATION_S)


def _to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    codes: NDArray[np.int16] = np.clip(np.rint(samples * _INT16_SCALE), -32768, 32767).astype(np.int16)
    return codes


def _samples_path(table: Path) -> Path:
    return table.with_name(table.name + ".i16")


def _header_path(table: Path) -> Path:
    return table.with_name(table.name + ".i16.json")


def _is_packed(table: Path) -> bool:
    if not (table.is_file() and _header_path(table).is_file() and _samples_path(table).is_file()):
        return False
    header = read_json(_header_path(table))
    expected_bytes = 2 * int(header["ends"][-1])
    return header["table"] == file_digest(table) and _samples_path(table).stat().st_size == expected_bytes
