"""The audio of a corpus decoded once, as one memory-mapped file of 16-bit samples."""

import logging
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from kowairo.core import (
    AudioRef,
    Corpus,
    InputError,
    StringArray,
    StringIndex,
    atomic_folder,
    read_json,
    write_json,
)
from kowairo.data._bounded_map import bounded_map
from kowairo.data._pcm import to_int16
from kowairo.data.audio import SAMPLE_RATE_HZ, AudioError, read_audio

_VERSION = 1
_logger = logging.getLogger(__name__)
_Speeds = list[tuple[str, NDArray[np.int16]]]


def speed_id(utt: str, speed: float) -> str:
    """Id of a line at a speed: the line's own at 1, `utt|0.9` otherwise."""
    return utt if speed == 1.0 else f"{utt}|{speed:g}"


def change_speed(
    samples: NDArray[np.float32], speed: float, *, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> NDArray[np.float32]:
    """Plays samples faster or slower, pitch and formants with it, as the `speed` effect of sox does.

    y(t) = x(speed * t): the samples are taken to have the rate speed * sample_rate_hz, and are resampled
    to sample_rate_hz.

    Source: T. Ko and others, Audio augmentation for speech recognition, 2015 (speeds 0.9 and 1.1).

    Args:
        samples: (samples,).
        speed: Factor above 0; 0.9 is slower and deeper.
        sample_rate_hz: Rate of the samples.

    Returns:
        (about samples / speed,).
    """
    if speed == 1.0:
        return samples
    changed = soxr.resample(samples, sample_rate_hz * speed, sample_rate_hz, quality="HQ")
    return np.asarray(changed, dtype=np.float32)


class AudioStore:
    """16-bit samples at 16 kHz of many lines, in one file that all loader processes share.

    A folder with `audio.i16` (little-endian samples, line after line), `offsets.npy` ((line + 1,) int64,
    in samples), `utts` (one id per line, same order) and `index.json` (speeds, and what was dropped).
    A sample is its integer / 32768. `build` makes it, `open` maps it; audio is read when it is asked for.
    Ids and places take some 60 bytes a line, so a store of 7 million lines opens in 0.4 GB.

    Args:
        folder: Where the store is.
        utts: Ids in file order.
        offsets: (line + 1,) first sample of each line, and the end.
        dropped: Reason by utterance that could not be read.
        speeds: Speeds that each line is there in.
    """

    def __init__(
        self,
        folder: Path,
        *,
        utts: StringArray,
        offsets: NDArray[np.int64],
        dropped: dict[str, str],
        speeds: tuple[float, ...],
    ) -> None:
        self.folder = folder
        self.utts = utts
        self.dropped = dropped
        self.speeds = speeds
        self._offsets = offsets
        self._samples: NDArray[np.int16] = np.memmap(folder / "audio.i16", dtype="<i2", mode="r")

    @classmethod
    def build(
        cls, corpus: Corpus, folder: Path | str, *, speeds: Sequence[float] = (1.0,), threads: int = 2
    ) -> "AudioStore":
        """Decodes the lines of a corpus into a store; unusable ones are counted and left out.

        Memory does not grow with the corpus. The store appears as a whole at the end, in place of an
        earlier one. It takes 32 kB per second of audio and speed.

        Args:
            corpus: The lines.
            folder: Where to.
            speeds: Speeds to store each line in, as `speed_id` names them.
            threads: Threads that decode.

        Returns:
            The store.

        Raises:
            InputError: No line can be read, a speed is not above 0, or the folder cannot be written.
        """
        if not speeds or min(speeds) <= 0.0 or len(set(speeds)) < len(speeds):
            raise InputError(f"speeds {tuple(speeds)}: expected different factors above 0")
        folder = Path(folder)
        try:
            with atomic_folder(folder) as partial_folder:
                dropped = _write_lines(partial_folder, _decoded(corpus, tuple(speeds), threads))
                content = {
                    "version": _VERSION,
                    "sample_rate_hz": SAMPLE_RATE_HZ,
                    "speeds": list(speeds),
                    "dropped": dropped,
                }
                write_json(partial_folder / "index.json", content)
        except OSError as error:
            raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
        if dropped:
            _logger.warning("%d of %d lines cannot be read and are left out", len(dropped), len(corpus.audio))
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path | str) -> "AudioStore":
        """Maps a store.

        Args:
            folder: The store.

        Returns:
            The store.

        Raises:
            InputError: The folder holds no store, one of another version, or one that was cut.
        """
        folder = Path(folder)
        for name in ("index.json", "utts", "offsets.npy", "audio.i16"):
            if not (folder / name).is_file():
                raise InputError(f"{folder} is no audio store: it has no {name}")
        index = read_json(folder / "index.json")
        if index["version"] != _VERSION:
            raise InputError(f"{folder}: audio store of version {index['version']}, expected {_VERSION}")
        utts = StringArray.read_lines(folder / "utts")
        offsets = np.load(folder / "offsets.npy", allow_pickle=False)
        size = (folder / "audio.i16").stat().st_size
        if len(offsets) != len(utts) + 1 or size != 2 * int(offsets[-1]):
            raise InputError(f"{folder}: audio.i16, offsets.npy and utts disagree; build the store again")
        return cls(
            folder, utts=utts, offsets=offsets, dropped=index["dropped"], speeds=tuple(index["speeds"])
        )

    def __len__(self) -> int:
        return len(self.utts)

    def __contains__(self, utt: object) -> bool:
        return isinstance(utt, str) and self._index.row(utt) >= 0

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        # A loader process maps the file itself; pickling the map would copy all the audio.
        return (AudioStore.open, (self.folder,))

    def samples(self, utt: str) -> NDArray[np.int16]:
        """A line without a copy.

        Args:
            utt: Id as in `utts`.

        Returns:
            (samples,) read-only view; the sample is the integer / 32768.

        Raises:
            InputError: The store has no such line.
        """
        row = self._row(utt)
        return self._samples[self._offsets[row] : self._offsets[row + 1]]

    def num_samples(self, utt: str) -> int:
        """Length of a line in samples.

        Raises:
            InputError: The store has no such line.
        """
        row = self._row(utt)
        return int(self._offsets[row + 1] - self._offsets[row])

    def rows(self, utts: StringArray) -> NDArray[np.int64]:
        """Places of many lines in the store.

        Args:
            utts: Ids.

        Returns:
            (line,) row of each, -1 where the store has no such line.
        """
        return self._index.rows(utts)

    @cached_property
    def _index(self) -> StringIndex:
        return StringIndex(self.utts)

    def _row(self, utt: str) -> int:
        row = self._index.row(utt)
        if row < 0:
            why = f" ({self.dropped[utt]})" if utt in self.dropped else ""
            raise InputError(f"{self.folder}: no line {utt!r} in the audio store{why}")
        return row


def _decoded(
    corpus: Corpus, speeds: tuple[float, ...], threads: int
) -> Iterator[tuple[str, _Speeds | AudioError]]:
    items = ((utt, corpus.audio[utt]) for utt in corpus.utts)
    return bounded_map(partial(_decode_speeds, speeds=speeds), items, threads=threads)


def _decode_speeds(
    item: tuple[str, AudioRef], *, speeds: tuple[float, ...]
) -> tuple[str, _Speeds | AudioError]:
    utt, ref = item
    try:
        samples = read_audio(ref)
    except AudioError as error:
        return utt, error
    return utt, [(speed_id(utt, speed), to_int16(change_speed(samples, speed))) for speed in speeds]


def _write_lines(folder: Path, lines: Iterator[tuple[str, _Speeds | AudioError]]) -> dict[str, str]:
    """Writes samples, ids and places; gives the reason of each line that cannot be used."""
    ends = array("q", [0])
    dropped: dict[str, str] = {}
    with (folder / "audio.i16").open("wb") as audio, (folder / "utts").open("wb") as utts:
        for utt, result in lines:
            if isinstance(result, AudioError):
                dropped[utt] = result.reason
                continue
            for name, samples in result:
                audio.write(samples.astype("<i2", copy=False).tobytes())
                utts.write(f"{name}\n".encode())
                ends.append(ends[-1] + len(samples))
    if len(ends) == 1:
        raise InputError(f"no line of the corpus can be read ({len(dropped)} tried)")
    np.save(folder / "offsets.npy", np.array(ends, dtype=np.int64))
    return dropped
