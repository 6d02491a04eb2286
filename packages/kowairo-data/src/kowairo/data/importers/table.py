"""Corpora that are one table: csv, tsv or jsonl with a column for each fact."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from kowairo.core import InputError, TableError
from kowairo.data.importers._ids import IdGiver, is_unknown_speaker, one_line, safe_id
from kowairo.data.importers._paths import find_audio
from kowairo.data.importers.base import CorpusImporter, Entry

_UTT_TABLES = MappingProxyType(
    {
        "text": "text",
        "title": "utt2title",
        "emotion": "utt2emotion",
        "kind": "utt2kind",
        "recording": "utt2rec",
        "language": "utt2lang",
    }
)
_SPK_TABLES = MappingProxyType({"actor": "spk2va", "gender": "spk2gender", "title": "spk2title"})
_REQUIRED = ("path", "speaker")
FIELDS = (*_REQUIRED, "utt", *sorted(_UTT_TABLES.keys() | _SPK_TABLES.keys()))
_DELIMITERS = MappingProxyType({".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"})


class TableFile(CorpusImporter):
    """A csv or tsv with a header line, or a jsonl with one object per line.

    `columns` says in which column a fact stands; a fact it does not name is looked for under its own
    name. `path` and `speaker` are needed. With a title, the speaker's id is `title_speaker` and its
    `spk2name` the bare name, so a character of two titles has two ids and one name.

    Args:
        path: The table: UTF-8, with or without byte order mark and CRLF.
        columns: Column by fact; facts are path, speaker, utt, text, title, actor, gender, emotion, kind,
            recording and language, as `{"path": "file", "speaker": "character"}`.
        delimiter: One character; from the file's ending where it is not given.
        root: Folder that relative paths start from, where it is not the table's.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        columns: Mapping[str, str] | None = None,
        delimiter: str | None = None,
        root: Path | str | None = None,
    ) -> None:
        self.path = Path(path)
        self.columns = dict(columns or {})
        self.delimiter = delimiter
        self.root = self.path.parent if root is None else Path(root)

    def entries(self) -> Iterator[Entry]:
        """Lists the rows in the order of the file.

        Yields:
            The lines.

        Raises:
            InputError: There is no such file, it has no rows, its ending is unknown, a column that was
                named or is needed is missing, or it is not UTF-8.
            TableError: A row has too many or too few columns, is not JSON, or has no path.
        """
        unknown = sorted(set(self.columns) - set(FIELDS))
        if unknown:
            raise InputError(f"{self.path}: no fact {unknown[0]!r}; known: {', '.join(FIELDS)}")
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file; layout table expects a csv, tsv or jsonl file")
        ids = IdGiver()
        number = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                for number, row in self._rows(file):
                    yield self._entry(row, number, ids)
        except UnicodeDecodeError as error:
            message = f"{self.path}: not UTF-8 behind line {number}; layout table expects csv, tsv or jsonl"
            raise InputError(message) from error
        if number == 0:
            raise InputError(f"{self.path}: no rows in it")

    def _rows(self, file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and facts of each row."""
        return self._json_rows(file) if self.path.suffix.lower() == ".jsonl" else self._csv_rows(file)

    def _csv_rows(self, file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
        delimiter = self.delimiter or _DELIMITERS.get(self.path.suffix.lower())
        if delimiter is None:
            endings = ", ".join((*_DELIMITERS, ".jsonl"))
            raise InputError(f"{self.path}: unknown ending; name the delimiter, or use one of {endings}")
        reader = csv.reader(file, delimiter=delimiter)
        header = [name.strip() for name in next(reader, [])]
        places = {fact: header.index(name) for fact, name in self._present(header).items()}
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                message = f"{len(row)} columns, but the header has {len(header)}"
                raise TableError(self.path, reader.line_num, message)
            yield reader.line_num, {fact: row[place] for fact, place in places.items()}

    def _json_rows(self, file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise TableError(self.path, number, f"not JSON: {error.msg}") from error
            if not isinstance(row, dict):
                raise TableError(self.path, number, "expected a JSON object")
            values = {str(name): "" if value is None else str(value) for name, value in row.items()}
            # A later object may leave out what is optional, so each line is looked at by itself.
            yield number, {fact: values[name] for fact, name in self._present(list(values)).items()}

    def _present(self, header: list[str]) -> dict[str, str]:
        """Column by fact, for the facts that this header has."""
        for fact, name in self.columns.items():
            if name not in header and (fact in _REQUIRED or self.path.suffix.lower() != ".jsonl"):
                raise InputError(f"{self.path}: no column {name!r} (for {fact}); has {', '.join(header)}")
        for fact in _REQUIRED:
            if self.columns.get(fact, fact) not in header:
                raise InputError(
                    f"{self.path}: no column {fact!r}; has {', '.join(header) or 'nothing'}; "
                    f"say which column is the {fact}"
                )
        names = {fact: self.columns.get(fact, fact) for fact in FIELDS}
        return {fact: name for fact, name in names.items() if name in header}

    def _entry(self, row: dict[str, str], number: int, ids: IdGiver) -> Entry:
        if not row["path"].strip():
            raise TableError(self.path, number, "no path")
        facts = {fact: one_line(value) for fact, value in row.items()}
        name, title = facts["speaker"], facts.get("title", "")
        known = "" if is_unknown_speaker(name) else name
        speaker = ids.speaker(f"{title}/{name}" if title and known else known)
        tables = {table: facts[fact] for fact, table in _UTT_TABLES.items() if facts.get(fact)}
        speaker_tables = {table: facts[fact] for fact, table in _SPK_TABLES.items() if facts.get(fact)}
        if speaker:
            speaker_tables["spk2name"] = name
        utt = safe_id(facts.get("utt", "")) or ids.line(speaker)
        return Entry(utt, speaker, find_audio(row["path"].strip(), self.root), tables, speaker_tables)
