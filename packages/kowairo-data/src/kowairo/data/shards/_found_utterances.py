"""What a walk through shards has found, in bounded memory."""

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, StringArray, StringIndex
from kowairo.data.shards._label_reader import UNLABELLED, LabelReader
from kowairo.data.shards.shard_set import Shard, ShardSet
from kowairo.data.shards.tar_samples import TarSample

_logger = logging.getLogger(__name__)


class FoundUtterances:
    """Ids as text, the rest as arrays, one of each per shard."""

    def __init__(self) -> None:
        self._shards: list[Shard] = []
        self._ids: list[bytes] = []
        self._codes: list[NDArray[np.int32]] = []
        self._places: list[NDArray[np.int64]] = []
        self._speakers: dict[str, int] = {}
        self._dropped: Counter[str] = Counter()
        self._endings: Counter[str] = Counter()
        self._present: list[tuple[str, int, int, int]] = []

    def add(self, sample: TarSample, labels: LabelReader, file: IO[bytes]) -> None:
        """Takes a sample of the present shard, or counts why not.

        Args:
            sample: Places of its members.
            labels: Reads its speaker.
            file: The shard.
        """
        self._endings.update(list(sample.members))
        audio = sample.audio
        if audio is None:
            self._dropped["no_audio"] += 1
            return
        utt, speaker = labels.read(sample, file)
        if not speaker:
            self._dropped["unknown_speaker"] += 1
        elif not (_is_line(utt) and _is_line(speaker)):
            self._dropped["bad_name"] += 1
        else:
            code = self._speakers.setdefault(speaker, len(self._speakers))
            self._present.append((utt, code, audio.offset, audio.size))

    def finish_shard(self, shard: Shard) -> None:
        """Closes the present shard.

        Args:
            shard: Its name and size; the number of utterances is filled in.
        """
        found, self._present = self._present, []
        self._shards.append(replace(shard, utts=len(found)))
        self._ids.append("\n".join(utt for utt, _, _, _ in found).encode("utf-8"))
        self._codes.append(np.array([code for _, code, _, _ in found], dtype=np.int32))
        self._places.append(
            np.array([(offset, size) for _, _, offset, size in found], dtype=np.int64).reshape(-1, 2)
        )

    def refuse_without_speaker(self, location: str, labels: LabelReader) -> None:
        """Says after the first shard, not after the last, that no sample tells who speaks.

        Raises:
            InputError: None does.
        """
        if not self._speakers:
            endings = ", ".join(f".{ending} ({n})" for ending, n in sorted(self._endings.items())) or "none"
            raise InputError(
                f"{location}: no sample has audio and a speaker in {labels}; its members: {endings}"
            )

    def shard_set(self, out: Path) -> ShardSet:
        """Everything as an index.

        Args:
            out: Folder of the index.
        """
        speakers = sorted(self._speakers)
        number = np.empty(len(speakers), dtype=np.int32)
        number[[self._speakers[speaker] for speaker in speakers]] = np.arange(len(speakers))
        if UNLABELLED in self._speakers:
            _logger.info("speakers are not known")
        found = ShardSet(
            folder=out,
            base=str(out),
            shards=self._shards,
            utts=self._distinct_utts(),
            labels=number[np.concatenate(self._codes)],
            speakers=speakers,
            places=np.concatenate(self._places),
            dropped=dict(self._dropped),
        )
        return self._without_repeated(found)

    def _distinct_utts(self) -> StringArray:
        blocks = zip(self._shards, self._ids, strict=True)
        plain = StringArray.from_texts(
            utt for shard, ids in blocks if shard.utts for utt in ids.decode("utf-8").split("\n")
        )
        if not len(StringIndex(plain).repeated()):
            return plain
        _logger.info("several shards use one name: an utterance is named `shard/name`")
        blocks = zip(self._shards, self._ids, strict=True)
        return StringArray.from_texts(
            f"{Path(shard.name).stem}/{utt}"
            for shard, ids in blocks
            if shard.utts
            for utt in ids.decode("utf-8").split("\n")
        )

    def _without_repeated(self, found: ShardSet) -> ShardSet:
        repeated = StringIndex(found.utts).repeated()
        if not len(repeated):
            return found
        kept = np.setdiff1d(np.arange(len(found.utts)), repeated)
        first = np.searchsorted(kept, found.first)
        shards = [replace(s, utts=int(n)) for s, n in zip(found.shards, np.diff(first), strict=True)]
        return replace(
            found,
            shards=shards,
            utts=found.utts.take(kept),
            labels=found.labels[kept],
            places=found.places[kept],
            dropped=found.dropped | {"duplicate_name": len(repeated)},
        )


def _is_line(text: str) -> bool:
    """Whether a text can stand on a line of a UTF-8 file."""
    if any(mark in text for mark in "\n\r\0"):
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
