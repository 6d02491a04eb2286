"""What an encoder was trained on: hashes of the audio, and the speakers, in one compact file."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kowairo.core.corpus import Corpus
from kowairo.core.errors import InputError
from kowairo.core.files import atomic_path, file_digest, read_json

RECORD_NAME = "training_record.bin"
"""Name of the file in a checkpoint folder."""
SPEAKER_TABLE = "spk2corpus"
"""Optional table of a Kaldi folder: the corpus that a speaker's id belongs to."""

_MAGIC = b"kowairo training record 1\n"
_ALIGNMENT = 8


class AudioHashes(NamedTuple):
    """What identifies a recording; each is the first 64 bits of a SHA-256, None where it is not known.

    With n recordings recorded and m looked up, a false match has a chance of n m / 2^64: 4e-7 for seven
    million against one million.
    """

    file: int | None
    """Of the bytes of the file, or of the member of an archive."""
    samples: int | None
    """Of the decoded 16-bit samples at 16 kHz: their number, and every eighth."""


class Speaker(NamedTuple):
    """A speaker id and the corpus that it is an id of."""

    corpus: str
    """Name of the corpus, empty if unknown."""
    name: str
    """Speaker id."""


def content_hash(content: bytes | memoryview) -> int:
    """The first 64 bits of the SHA-256 of some bytes, as a number."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "little")


def speakers_of(corpus: Corpus) -> dict[str, Speaker]:
    """Speaker of every utterance, with the corpus that `spk2corpus` names.

    Args:
        corpus: The tables.

    Returns:
        Speaker by utterance.
    """
    names = corpus.spk_tables.get(SPEAKER_TABLE, {})
    return {utt: Speaker(names.get(speaker, ""), speaker) for utt, speaker in corpus.utt2spk.items()}


class RecordFile(NamedTuple):
    """The training record of an encoder."""

    record: TrainingRecord
    """The record."""
    sha256: str
    """SHA-256 of its file."""


class TrainingRecord:
    """Hashes of all training audio, and the training speakers.

    A recording is known by either of two hashes, because each fails where the other holds. The bytes of a
    file are the same on every machine, and change with a tag, a container or an archive that is not plain
    tar. The decoded samples survive all lossless copies, but lossy files decode to other last bits on other
    processors and versions. Neither knows a recording that was encoded anew with loss, resampled or cut:
    for those there are the speakers.

    A speaker id counts as the same speaker unless both sides name a corpus (`spk2corpus`) and the names
    differ: ids such as `1` mean nothing outside their corpus, and an unnamed corpus may be the same one.

    Args:
        files: Hashes of files, sorted, each once, uint64.
        samples: Hashes of samples, likewise.
        speakers: Who spoke.
        unrecorded: Names of what the training started from that has no record of its own, such as weights
            published without one: its audio is unknown.
    """

    def __init__(
        self,
        files: NDArray[np.uint64],
        samples: NDArray[np.uint64],
        speakers: Iterable[Speaker],
        unrecorded: Iterable[str] = (),
    ) -> None:
        self.files = files
        self.samples = samples
        self.unrecorded = tuple(sorted(set(unrecorded)))
        self._corpora: dict[str, set[str]] = {}
        for speaker in speakers:
            self._corpora.setdefault(speaker.name, set()).add(speaker.corpus)

    @classmethod
    def build(
        cls,
        audio: Iterable[AudioHashes],
        speakers: Iterable[Speaker],
        *,
        unrecorded: Iterable[str] = (),
    ) -> TrainingRecord:
        """Make a record; memory is 16 bytes an utterance.

        Args:
            audio: Hashes of every utterance, in any order; copies count once.
            speakers: Who spoke; repetitions do not matter.
            unrecorded: As of the class.
        """
        files, samples = array("Q"), array("Q")
        for one in audio:
            if one.file is not None:
                files.append(one.file)
            if one.samples is not None:
                samples.append(one.samples)
        return cls(_sorted(files), _sorted(samples), speakers, unrecorded)

    @classmethod
    def union(cls, records: Iterable[TrainingRecord]) -> TrainingRecord:
        """The record of a training that went on from others."""
        every = list(records)
        empty = np.empty(0, dtype=np.uint64)
        return cls(
            np.unique(np.concatenate([empty, *(record.files for record in every)])),
            np.unique(np.concatenate([empty, *(record.samples for record in every)])),
            [speaker for record in every for speaker in record.speakers],
            [name for record in every for name in record.unrecorded],
        )

    @property
    def num_utterances(self) -> int:
        """Number of different recordings."""
        return max(len(self.files), len(self.samples))

    @property
    def num_speakers(self) -> int:
        """Number of different speakers."""
        return sum(map(len, self._corpora.values()))

    @property
    def speakers(self) -> list[Speaker]:
        """The speakers, sorted."""
        return sorted(Speaker(corpus, name) for name, found in self._corpora.items() for corpus in found)

    @property
    def summary(self) -> dict[str, object]:
        """Numbers of utterances and speakers, and what is unrecorded if anything is, as plain values."""
        counts: dict[str, object] = {"utterances": self.num_utterances, "speakers": self.num_speakers}
        return counts | ({"unrecorded": list(self.unrecorded)} if self.unrecorded else {})

    def has_audio(self, hashes: AudioHashes) -> bool:
        """Whether a recording was trained on."""
        return _holds(self.files, hashes.file) or _holds(self.samples, hashes.samples)

    def has_speaker(self, speaker: Speaker) -> bool:
        """Whether a speaker was trained on; see the class for ids of different corpora."""
        known = self._corpora.get(speaker.name)
        return known is not None and (not speaker.corpus or "" in known or speaker.corpus in known)

    def write(self, path: Path | str) -> None:
        """Write the file atomically; equal records are equal in every byte.

        Two lines of text, the second JSON (numbers of hashes, speakers by corpus, what is unrecorded), then
        the hashes as little-endian 64-bit numbers: 16 bytes an utterance, 112 MB for seven million.
        """
        by_corpus: dict[str, list[str]] = {}
        for speaker in self.speakers:
            by_corpus.setdefault(speaker.corpus, []).append(speaker.name)
        header = {
            "files": len(self.files),
            "samples": len(self.samples),
            "speakers": by_corpus,
            "unrecorded": list(self.unrecorded),
        }
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        padding = -(len(_MAGIC) + len(text) + 1) % _ALIGNMENT
        with atomic_path(path) as partial, partial.open("wb") as file:
            file.write(_MAGIC + text + b" " * padding + b"\n")
            for hashes in (self.files, self.samples):
                file.write(hashes.astype("<u8", copy=False).tobytes())

    @classmethod
    def read(cls, path: Path | str) -> TrainingRecord:
        """Open a file; the hashes stay on disk until they are looked up.

        Raises:
            InputError: There is no such file, it is no training record, or it was cut.
        """
        path = Path(path)
        if not path.is_file():
            raise InputError(f"{path}: no such file")
        with path.open("rb") as file:
            if file.readline(len(_MAGIC)) != _MAGIC:
                raise InputError(f"{path}: not a training record")
            header, start = _header(path, file.readline()), file.tell()
        files, samples = int(header["files"]), int(header["samples"])
        if path.stat().st_size != start + 8 * (files + samples):
            raise InputError(f"{path}: {files + samples} hashes announced, and it has another size")
        hashes = np.fromfile(path, "<u8", 0) if files + samples == 0 else np.memmap(path, "<u8", "r", start)
        speakers = [Speaker(corpus, name) for corpus, names in header["speakers"].items() for name in names]
        return cls(hashes[:files], hashes[files:], speakers, header["unrecorded"])


def encoder_record(folder: Path) -> RecordFile | None:
    """Read the training record of a checkpoint folder.

    Args:
        folder: Its `card.json` names the file under `training`, with its SHA-256.

    Returns:
        None where the card names none.

    Raises:
        InputError: The file is missing, broken, or not the one that the card speaks of.
    """
    card_path = folder / "card.json"
    card = read_json(card_path) if card_path.is_file() else {}
    training = card.get("training") if isinstance(card, dict) else None
    if not isinstance(training, dict) or "record" not in training:
        return None
    path = folder / Path(str(training["record"])).name
    record = TrainingRecord.read(path)
    digest = file_digest(path)
    if digest != training.get("sha256"):
        raise InputError(
            f"{path}: its SHA-256 is not the one in {card_path}; the folder was put together anew"
        )
    return RecordFile(record, digest)


def _header(path: Path, line: bytes) -> Mapping[str, Any]:
    try:
        header = json.loads(line)
        valid = isinstance(header["speakers"], dict) and isinstance(header["unrecorded"], list)
        valid = valid and min(int(header["files"]), int(header["samples"])) >= 0
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a training record: {error}") from error
    if not valid:
        raise InputError(f"{path}: not a training record")
    return dict(header)


def _sorted(hashes: array[int]) -> NDArray[np.uint64]:
    return np.unique(np.frombuffer(hashes, dtype=np.uint64))


def _holds(hashes: NDArray[np.uint64], wanted: int | None) -> bool:
    if wanted is None or not len(hashes):
        return False
    place = int(np.searchsorted(hashes, np.uint64(wanted)))
    return place < len(hashes) and int(hashes[place]) == wanted
