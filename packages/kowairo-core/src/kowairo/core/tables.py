"""Kaldi text tables: one `key value with spaces` per line."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core.errors import InputError
from kowairo.core.files import atomic_path
from kowairo.core.text_table import TextTable


@dataclass(frozen=True)
class AudioRef:
    """Where the audio of an utterance is: a file, or a member of a tar archive."""

    path: Path
    """The file, or the archive."""
    member: str | None = None
    """Name inside the archive; None for a plain file."""

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path}#{self.member}"

    @classmethod
    def parse(cls, text: str, *, folder: Path | str = "") -> "AudioRef":
        """Read `path` or `archive.tar#member`.

        A `#` counts only behind `.tar`: it is an ordinary character of other file names.

        Args:
            text: The reference; a relative path is relative to `folder`.
            folder: Where the table is that holds the reference.

        Returns:
            The reference with the folder in front of a relative path.
        """
        archive, mark, member = text.partition(".tar#")
        if mark and member:
            return cls(Path(folder, f"{archive}.tar"), member)
        return cls(Path(folder, text))


def read_table(path: Path | str) -> dict[str, str]:
    """Read a `key value` table.

    Args:
        path: The table: UTF-8, any order, with or without byte order mark and CRLF.

    Returns:
        Values by key, sorted by key (C locale, which is the order of Unicode code points).

    Raises:
        InputError: There is no such file.
        TableError: A key stands twice, a value is missing, or a line is not UTF-8.
    """
    return TextTable.read(path).to_dict()


def write_table(path: Path | str, table: Mapping[str, str]) -> None:
    """Write a `key value` table atomically, sorted by key (C locale).

    Args:
        path: The table.
        table: Values by key.

    Raises:
        InputError: A key is empty or holds a blank, or a value is empty, holds a line end or starts or
            ends with a blank: it could not be read back.
    """
    for key, value in table.items():
        if not key or re.search(r"[ \t\r\n]", key) or key.startswith("\ufeff"):
            raise InputError(f"{path}: key {key!r} is empty or holds a blank")
        if not value or "\n" in value or value != value.strip(" \t\r\n"):
            raise InputError(
                f"{path}: value {value!r} of {key!r} is empty, ends in a blank or has a line end"
            )
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{key} {value}\n" for key, value in sorted(table.items()))


def read_wav_scp(path: Path | str) -> dict[str, AudioRef]:
    """Read a `wav.scp`: `utterance path` or `utterance archive.tar#member`.

    Args:
        path: The table; relative paths in it are relative to its folder.

    Returns:
        Audio references by utterance, sorted.

    Raises:
        InputError: There is no such file, or an entry is a Kaldi pipe (`command |`): nothing that is
            read may run a program.
        TableError: As `read_table`.
    """
    path = Path(path)
    table = read_table(path)
    for utt, text in table.items():
        if text.endswith("|"):
            raise InputError(f"{path}: {utt!r} is a pipe ({text!r}); write the audio to a file first")
    return {utt: AudioRef.parse(text, folder=path.parent) for utt, text in table.items()}


def write_wav_scp(path: Path | str, refs: Mapping[str, AudioRef]) -> None:
    """Write a `wav.scp`; audio under the table's folder is named by a relative path, other audio absolutely.

    Args:
        path: The table.
        refs: Audio references by utterance; relative paths are relative to the working directory.

    Raises:
        InputError: As `write_table`.
    """
    folder = _absolute(path).parent

    def portable(ref: AudioRef) -> str:
        absolute = _absolute(ref.path)
        shown = absolute.relative_to(folder) if absolute.is_relative_to(folder) else absolute
        return str(AudioRef(shown, ref.member))

    write_table(path, {utt: portable(ref) for utt, ref in refs.items()})


def _absolute(path: Path | str) -> Path:
    # Not Path.resolve(): it would follow links, and a corpus of links is to be named by its links.
    return Path(os.path.normpath(Path(path).absolute()))


def spk2utt(utt2spk: Mapping[str, str]) -> dict[str, list[str]]:
    """Turn `utterance -> speaker` round.

    Args:
        utt2spk: Speaker by utterance.

    Returns:
        Sorted utterances by speaker, sorted.
    """
    table: dict[str, list[str]] = {}
    for utt, speaker in sorted(utt2spk.items()):
        table.setdefault(speaker, []).append(utt)
    return dict(sorted(table.items()))
