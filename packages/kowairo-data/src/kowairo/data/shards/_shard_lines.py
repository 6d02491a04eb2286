"""A line of a corpus as a sample of a shard."""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import soundfile

from kowairo.core import AudioRef, CorpusTables
from kowairo.data._audio_error import AudioError
from kowairo.data._pcm import to_int16
from kowairo.data._tar import read_member
from kowairo.data.audio import SAMPLE_RATE_HZ, decode_bytes, read_audio
from kowairo.data.drop_report import Remark
from kowairo.data.shards.tar_samples import AUDIO_ENDINGS

ShardFormat = Literal["flac", "original"]


@dataclass(frozen=True)
class ShardLine:
    """A line as the two members of a sample."""

    row: int
    """Its row in the corpus."""
    key: str
    """Name of the members without ending."""
    ending: str
    """Ending of the audio."""
    audio: bytes
    """Content of the audio file."""
    facts: bytes
    """Content of the JSON file."""


class ShardLines:
    """Lines of a corpus as samples.

    Args:
        corpus: The lines.
        audio_format: flac, or original for the files as they are.
    """

    def __init__(self, corpus: CorpusTables, audio_format: ShardFormat) -> None:
        self._utts = corpus.utts
        self._audio = corpus.audio
        self._speakers, self._codes = corpus.speaker_codes
        self._tables = corpus.labels()
        self._speaker_tables = corpus.speaker_labels()
        self._format = audio_format

    def sample(self, row: int) -> ShardLine | Remark:
        """The line in a row of the corpus, or why it cannot be used."""
        utt = self._utts[row]
        ref = self._audio[utt]
        try:
            ending, audio = _flac(ref) if self._format == "flac" else _original(ref)
        except AudioError as error:
            return Remark(utt, str(ref), error.reason, error.detail)
        facts = json.dumps(self._facts(utt, row), ensure_ascii=False, sort_keys=True)
        return ShardLine(row, member_name(utt), ending, audio, facts.encode("utf-8"))

    def _facts(self, utt: str, row: int) -> dict[str, str]:
        speaker = self._speakers[self._codes[row]]
        facts = {name: table.get(utt) for name, table in self._tables.items()}
        facts |= {name: table.get(speaker) for name, table in self._speaker_tables.items()}
        known = {name: value for name, value in facts.items() if value is not None}
        return known | {"utt": utt, "speaker": speaker}


def member_name(utt: str) -> str:
    """Utterance as the name of a member: `%`, `/`, `.`, backslash and control characters as `%2E`."""
    return re.sub(r"[%/.\\\x00-\x1f]", lambda found: f"%{ord(found[0]):02X}", utt)


def _flac(ref: AudioRef) -> tuple[str, bytes]:
    content = io.BytesIO()
    soundfile.write(content, to_int16(read_audio(ref)), SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return "flac", content.getvalue()


def _original(ref: AudioRef) -> tuple[str, bytes]:
    try:
        content = (
            ref.path.read_bytes() if ref.member is None else read_member(ref.path, ref.member).getvalue()
        )
    except FileNotFoundError as error:
        raise AudioError("missing", "no such file", str(ref)) from error
    except OSError as error:
        raise AudioError("undecodable", f"cannot be read: {error.strerror}", str(ref)) from error
    decode_bytes(content, source=str(ref))
    ending = Path(ref.member or ref.path).suffix.removeprefix(".").lower()
    return ending if ending in AUDIO_ENDINGS else "audio", content
