"""Which utterances of a set an encoder was trained on, and what that means for trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowairo.core.errors import InputError
from kowairo.core.files import read_json, write_json
from kowairo.core.training_record import AudioHashes, Speaker, TrainingRecord

OVERLAP_NAME = "training_overlap.json"
"""Name of the file in the folder of an embedding set."""
RECORD_KEY = "training_record"
"""Key of an embedding set's meta that says which record it was compared with."""


@dataclass(frozen=True)
class OverlapCounts:
    """How much of some trials an encoder was trained on."""

    utterances: int
    """Utterances whose audio or speaker was trained on."""
    of_utterances: int
    """Utterances in all."""
    by_audio: int
    """Those whose audio was."""
    by_speaker: int
    """Those whose speaker was."""
    speakers: int
    """Speakers that were."""
    first: str
    """The first such utterance."""

    def __str__(self) -> str:
        return (
            f"{self.utterances} of {self.of_utterances} utterances were in the training of the encoder "
            f"(by audio: {self.by_audio}, by speaker: {self.by_speaker}, speakers: {self.speakers}, "
            f"the first: {self.first})"
        )

    def as_json(self) -> dict[str, int | str]:
        """Plain values for results files."""
        return {
            "utterances": self.utterances,
            "of_utterances": self.of_utterances,
            "by_audio": self.by_audio,
            "by_speaker": self.by_speaker,
            "speakers": self.speakers,
            "first": self.first,
        }

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> OverlapCounts:
        """Rebuild from `as_json`.

        Raises:
            InputError: It is something else.
        """
        try:
            return cls(
                utterances=int(content["utterances"]),
                of_utterances=int(content["of_utterances"]),
                by_audio=int(content["by_audio"]),
                by_speaker=int(content["by_speaker"]),
                speakers=int(content["speakers"]),
                first=str(content["first"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not an account of overlap with training: {error}") from error


@dataclass(frozen=True, eq=False)
class TrainingOverlap:
    """Utterances of a set that an encoder was trained on."""

    audio: frozenset[str]
    """Utterances whose audio is in the training record."""
    speakers: dict[str, str]
    """Speaker by utterance, of those whose speaker is in the record."""

    @classmethod
    def find(
        cls, record: TrainingRecord, audio: Iterable[tuple[str, AudioHashes]], speakers: Mapping[str, Speaker]
    ) -> TrainingOverlap:
        """Compare a set with a record.

        Args:
            record: What the encoder was trained on.
            audio: Utterances and the hashes of their audio.
            speakers: Speaker by utterance.
        """
        heard = frozenset(utt for utt, hashes in audio if record.has_audio(hashes))
        return cls(heard, known_speakers(record, speakers))

    def among(self, utts: Iterable[str]) -> OverlapCounts | None:
        """Count the overlap of some utterances.

        Args:
            utts: Utterances; repetitions count once.

        Returns:
            None if none of them was trained on.
        """
        every = sorted(set(utts))
        found = [utt for utt in every if utt in self.audio or utt in self.speakers]
        if not found:
            return None
        heard = [utt for utt in found if utt in self.audio]
        spoken = [utt for utt in found if utt in self.speakers]
        names = {self.speakers[utt] for utt in spoken}
        return OverlapCounts(len(found), len(every), len(heard), len(spoken), len(names), found[0])

    def write(self, path: Path | str) -> None:
        """Write a JSON file: `audio`, a list, and `speakers`, utterances by speaker."""
        by_speaker: dict[str, list[str]] = {}
        for utt, speaker in sorted(self.speakers.items()):
            by_speaker.setdefault(speaker, []).append(utt)
        write_json(path, {"audio": sorted(self.audio), "speakers": by_speaker})

    @classmethod
    def read(cls, path: Path | str) -> TrainingOverlap:
        """Read what `write` wrote.

        Raises:
            InputError: The file is missing or holds something else.
        """
        content = read_json(path)
        try:
            speakers = {utt: speaker for speaker, utts in content["speakers"].items() for utt in utts}
            return cls(frozenset(content["audio"]), speakers)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not the overlap of a set with training: {error}") from error

    @classmethod
    def of_set(cls, folder: Path) -> TrainingOverlap | None:
        """Read the overlap of an embedding set.

        Args:
            folder: Embeddings of any form.

        Returns:
            None where the encoder has no record, or the embeddings are not ours: nothing is known then.

        Raises:
            InputError: The set was compared with a record, and the result is missing or broken.
        """
        meta = folder / "meta.json"
        if not meta.is_file() or RECORD_KEY not in read_json(meta):
            return None
        if not (folder / OVERLAP_NAME).is_file():
            raise InputError(f"{folder}: {OVERLAP_NAME} is missing, embed the set again")
        return cls.read(folder / OVERLAP_NAME)


def known_speakers(record: TrainingRecord, speakers: Mapping[str, Speaker]) -> dict[str, str]:
    """Speaker of each utterance whose speaker is in a record.

    Args:
        record: What the encoder was trained on.
        speakers: Speaker by utterance.
    """
    known = {speaker for speaker in set(speakers.values()) if record.has_speaker(speaker)}
    return {utt: speaker.name for utt, speaker in speakers.items() if speaker in known}


def write_overlap_note(scores: Path, counts: OverlapCounts | None) -> None:
    """Mark a score file, or take the mark of an earlier one away.

    Args:
        scores: The score file; the mark lies beside it, `<name>.overlap.json`.
        counts: What its trials share with training, None for nothing.
    """
    if counts is None:
        _note(scores).unlink(missing_ok=True)
    else:
        write_json(_note(scores), counts.as_json())


def read_overlap_note(scores: Path) -> OverlapCounts | None:
    """Read the mark of a score file, None if it has none.

    Raises:
        InputError: The mark is broken.
    """
    note = _note(scores)
    return OverlapCounts.of_json(read_json(note)) if note.is_file() else None


def _note(scores: Path) -> Path:
    return scores.with_name(f"{scores.name}.overlap.json")
