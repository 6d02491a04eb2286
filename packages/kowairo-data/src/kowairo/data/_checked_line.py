"""One line of a corpus after its audio was looked at."""

import hashlib
from dataclasses import dataclass

from kowairo.data._pcm import to_int16
from kowairo.data.audio import AudioError, decode_audio
from kowairo.data.drop_report import Remark
from kowairo.data.importers.base import Entry


@dataclass(frozen=True)
class CheckedLine:
    """A line and what was found: either a reason to drop it, or duration and content."""

    entry: Entry
    drop: Remark | None = None
    duration_s: float = 0.0
    digest: bytes = b""
    """Hash of the 16-bit samples at 16 kHz: copies agree whatever lossless file they are in."""
    truncated: str = ""


def check_line(entry: Entry, *, min_duration_s: float, max_duration_s: float) -> CheckedLine:
    """Decodes a line and says whether it can be used by itself.

    Args:
        entry: The line.
        min_duration_s: Shorter lines are dropped.
        max_duration_s: Longer lines are dropped.

    Returns:
        The line with what was found.
    """
    if not entry.speaker:
        return CheckedLine(entry, remark(entry, "unknown_speaker", "the corpus does not say who speaks"))
    if not _is_writable(entry):
        return CheckedLine(entry, remark(entry, "bad_name", "path or id cannot stand in a UTF-8 table"))
    try:
        decoded = decode_audio(entry.ref, min_duration_s=min_duration_s, max_duration_s=max_duration_s)
    except AudioError as error:
        return CheckedLine(entry, remark(entry, error.reason, error.detail))
    digest = hashlib.blake2b(to_int16(decoded.samples).tobytes(), digest_size=16).digest()
    return CheckedLine(entry, None, decoded.duration_s, digest, decoded.truncated)


def remark(entry: Entry, reason: str, detail: str) -> Remark:
    """A remark about a line."""
    return Remark(entry.utt, str(entry.ref), reason, detail)


def _is_writable(entry: Entry) -> bool:
    """Whether ids and path survive a table: file names of other encodings and line ends do not."""
    text = f"{entry.utt}{entry.speaker}{entry.ref}"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not any(mark in text for mark in "\n\r") and str(entry.ref) == str(entry.ref).strip(" \t")
