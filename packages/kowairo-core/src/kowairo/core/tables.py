"""Kaldi text tables: one `key value with spaces` per line."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core.errors import InputError, TableError
from kowairo.core.files import atomic_path

# Only the ASCII blanks separate columns: an ideographic space (U+3000) is a legal part of a file name.
_BLANKS = re.compile(r"[ \t]+")
_BOM = b"\xef\xbb\xbf"


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


def read_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    r"""Read the lines of a UTF-8 text table that are not blank.

    A byte order mark and CRLF line ends are accepted. Lines end at `\n` only: a name may hold the
    other characters that Python takes for line ends (U+2028, U+0085 ...).

    Args:
        path: The table.

    Yields:
        Line number (from 1) and the line without its end and surrounding blanks.

    Raises:
        InputError: There is no such file.
        TableError: A line is not UTF-8.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = (raw.removeprefix(_BOM) if number == 1 else raw).decode("utf-8")
            except UnicodeDecodeError as error:
                raise TableError(path, number, f"not UTF-8 (byte {error.start + 1} of the line)") from error
            line = line.strip(" \t\r\n")
            if line:
                yield number, line


def split_columns(line: str, *, maximum: int = 0) -> list[str]:
    """Split a line at runs of spaces and tabs.

    Args:
        line: The line, without surrounding blanks.
        maximum: Most columns; the last one keeps its blanks. 0: no limit.

    Returns:
        The columns.
    """
    return _BLANKS.split(line, maxsplit=max(0, maximum - 1))


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
    table: dict[str, str] = {}
    for number, line in read_lines(path):
        columns = split_columns(line, maximum=2)
        if len(columns) < 2:
            raise TableError(path, number, f"key {line!r} has no value; expected `key value`")
        key, value = columns
        if key in table:
            raise TableError(path, number, f"key {key!r} stands twice; remove one of the lines")
        table[key] = value
    return dict(sorted(table.items()))


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
