"""Corpora that are a list of `path<TAB>label` lines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from kowairo.core import InputError, TableError
from kowairo.data.importers._ids import IdGiver, one_line
from kowairo.data.importers._paths import find_audio
from kowairo.data.importers.base import CorpusImporter, Entry

LabelKind = Literal["auto", "integers", "names"]
_INTEGER = re.compile(r"[0-9]+")


class LabelList(CorpusImporter):
    """A text file of `path<TAB>label`, label being the speaker.

    Paths may hold blanks and Japanese, may be `archive.tar#member`, and are relative to the list. Integers
    mean nothing outside their list: label 7 of mine.tsv is the speaker `mine-7`.

    Args:
        path: The list: UTF-8, with or without byte order mark and CRLF.
        root: Folder that relative paths start from, where it is not the list's.
        labels: `integers` (0, 1, ...; 07 is 7), `names` of speakers, or `auto`: integers if the first label
            is one, and then every other has to be one too.
    """

    def __init__(
        self, path: Path | str, *, root: Path | str | None = None, labels: LabelKind = "auto"
    ) -> None:
        if labels not in get_args(LabelKind):
            raise InputError(f"labels {labels!r}: expected {', '.join(get_args(LabelKind))}")
        self.path = Path(path)
        self.root = self.path.parent if root is None else Path(root)
        self.labels = labels

    def entries(self) -> Iterator[Entry]:
        """Lists the lines in the order of the file.

        Yields:
            The lines.

        Raises:
            InputError: There is no such file, or it holds no line.
            TableError: A line has not two columns, has a label that is not an integer where labels are, has
                a path that was there with another label, or is not UTF-8.
        """
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file; layout list expects a file of `path<TAB>label`")
        ids = IdGiver()
        seen: dict[str, tuple[str, int]] = {}
        kind = self.labels
        for number, path, label in self._lines():
            if kind == "auto":
                kind = "integers" if _INTEGER.fullmatch(label) else "names"
            if kind == "integers":
                label = self._integer(label, number)
            before, line = seen.setdefault(path, (label, number))
            if before != label:
                message = f"{path} has the label {label} here and {before} in line {line}"
                raise TableError(self.path, number, message)
            name = f"{self.path.stem}-{label}" if kind == "integers" else label
            speaker = ids.speaker(name)
            names = {"spk2name": one_line(name)} if speaker else {}
            yield Entry(ids.line(speaker), speaker, find_audio(path, self.root), {}, names)
        if not seen:
            raise InputError(f"{self.path}: empty; layout list expects lines of `path<TAB>label`")

    def _lines(self) -> Iterator[tuple[int, str, str]]:
        """Number, path and label of each line that is not blank."""
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                path, label = self._columns(raw, number)
                if path:
                    yield number, path, label

    def _integer(self, label: str, number: int) -> str:
        if not _INTEGER.fullmatch(label):
            hint = "" if self.labels == "integers" else " (the first is; labels=names takes any)"
            raise TableError(self.path, number, f"the label {label!r} is not an integer{hint}")
        return str(int(label))

    def _columns(self, raw: bytes, number: int) -> tuple[str, str]:
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            message = f"not UTF-8 (byte {error.start + 1} of the line); layout list expects a text file"
            raise TableError(self.path, number, message) from error
        if not line.strip():
            return "", ""
        columns = line.split("\t")
        if len(columns) != 2 or not columns[0].strip():
            message = f"expected `path<TAB>label`, got {len(columns)} columns"
            raise TableError(self.path, number, message)
        return columns[0].strip(" "), columns[1].strip(" ")
