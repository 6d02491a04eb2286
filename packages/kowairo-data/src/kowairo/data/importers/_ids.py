"""Ids that are safe in Kaldi tables for names that are not."""

import re
import unicodedata
from collections import Counter

# Blanks end a column; `|` marks a speed, `/` and `\` part folders, `#` parts an archive from its member.
_UNSAFE = re.compile(r"[\s|/\\#\x00-\x1f\x7f\ufeff]+")
_UNKNOWN = re.compile(r"[?\ufffd]*|不明|unknown", re.IGNORECASE)


def safe_id(name: str) -> str:
    r"""A name as an id: Unicode NFC, and `_` for blanks and `|/\#`; Japanese stays as it is."""
    return _UNSAFE.sub("_", unicodedata.normalize("NFC", name).strip())


def is_unknown_speaker(name: str) -> bool:
    """Whether a label says that nobody knows who speaks: empty, `???` of any width, 不明, unknown."""
    return _UNKNOWN.fullmatch(unicodedata.normalize("NFKC", name).strip()) is not None


def one_line(text: str) -> str:
    """A text as the value of a table line: NFC, runs of blanks and line ends as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class IdGiver:
    """Gives ids to speakers and numbers to their lines, in the order in which they come.

    Names that differ but make one id (`A B` and `A_B`) are told apart by `~2`, `~3` ...
    """

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}
        self._taken: set[str] = set()
        self._lines: Counter[str] = Counter()

    def speaker(self, name: str) -> str:
        """The id of a speaker; the same name always gets the same id, an unknown one the empty id."""
        if is_unknown_speaker(name):
            return ""
        name = unicodedata.normalize("NFC", name).strip()
        if name not in self._by_name:
            base = safe_id(name)
            candidate, number = base, 1
            while candidate in self._taken:
                number += 1
                candidate = f"{base}~{number}"
            self._by_name[name] = candidate
            self._taken.add(candidate)
        return self._by_name[name]

    def line(self, speaker: str) -> str:
        """The id of the next line of a speaker: `speaker-0000`, `speaker-0001` ..."""
        number = self._lines[speaker]
        self._lines[speaker] += 1
        return f"{speaker or '???'}-{number:04d}"
