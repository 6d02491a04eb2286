"""Corpora that are a list of `path<TAB>label` lines."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.core import InputError, TableError
from kowairo.data.importers._ids import IdGiver, one_line
from kowairo.data.importers._paths import find_audio
from kowairo.data.importers.base import CorpusImporter, Entry


class LabelList(CorpusImporter):
    """A text file of `path<TAB>label`, label being the speaker.

    Paths may hold blanks and Japanese, may be `archive.tar#member`, and are relative to the list.

    Args:
        path: The list: UTF-8, with or without byte order mark and CRLF.
        root: Folder that relative paths start from, where it is not the list's.
    """

    def __init__(self, path: Path | str, *, root: Path | str | None = None) -> None:
        self.path = Path(path)
        self.root = self.path.parent if root is None else Path(root)

    def entries(self) -> Iterator[Entry]:
        """Lists the lines in the order of the file.

        Yields:
            The lines.

        Raises:
            InputError: There is no such file, or it holds no line.
            TableError: A line has not two columns, or is not UTF-8.
        """
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file; layout list expects a file of `path<TAB>label`")
        ids = IdGiver()
        number = 0
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                path, name = self._columns(raw, number)
                if path:
                    speaker = ids.speaker(name)
                    names = {"spk2name": one_line(name)} if speaker else {}
                    yield Entry(ids.line(speaker), speaker, find_audio(path, self.root), {}, names)
        if number == 0:
            raise InputError(f"{self.path}: empty; layout list expects lines of `path<TAB>label`")

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
