"""The table of references on disk or in object storage: LanceDB, whose commits are whole or not there."""

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import IvfFlat
from numpy.typing import NDArray

from kowairo.core import InputError, KowairoError

from .references import ReferenceFacts, References
from .table_schema import GalleryEncoder, read_encoder, table_schema

_TABLE = "references"
_SETTINGS = "settings"
_FACTS = ("voice", "source", "digest", "duration_s")
_BATCH_ROWS = 8192
_NAMES_AT_A_TIME = 500
_ATTEMPTS = 20


class ReferenceTable:
    """One table of references at one version; other processes may write meanwhile.

    Every change is one commit: a version of the table that appears at once or, if the writer dies, never.
    Writers that collide are put one after the other. A reader keeps the version that it has until `refresh`.

    Args:
        place: Folder or URL (`s3://`, `gs://`, `az://`).
        database: Opened database.
        table: Opened table.
        encoder: What the table says of its encoder.
    """

    def __init__(self, place: str, database: Any, table: Any, encoder: GalleryEncoder) -> None:
        self._place = place
        self._database = database
        self._table = table
        self.encoder = encoder

    @classmethod
    def open(cls, place: Path | str) -> "ReferenceTable":
        """Open an existing table.

        Args:
            place: Folder or URL.

        Raises:
            InputError: There is no gallery, or one of another format.
        """
        text = str(place)
        if "://" not in text and not (Path(text) / f"{_TABLE}.lance").is_dir():
            raise InputError(f"{text}: no gallery there; `kowairo gallery add` or `enroll` makes one")
        database = lancedb.connect(text)
        try:
            table = database.open_table(_TABLE)
        except (ValueError, FileNotFoundError) as error:
            raise InputError(f"{text}: no gallery there: {_first_line(error)}") from error
        return cls(text, database, table, read_encoder(table.schema, text))

    @classmethod
    def create(cls, place: Path | str, encoder: GalleryEncoder) -> "ReferenceTable":
        """Make an empty table, or open the one that is there.

        Args:
            place: Folder or URL.
            encoder: Encoder of the vectors that will be in it.

        Raises:
            InputError: The one that is there is of another encoder.
        """
        text = str(place)
        database = lancedb.connect(text)
        try:
            table = database.create_table(_TABLE, schema=table_schema(encoder))
        except ValueError as error:
            # Already there, or made by another process since.
            table = _opened(database, text, error)
        found = cls(text, database, table, read_encoder(table.schema, text))
        found.check_encoder(encoder.sha256)
        return found

    def check_encoder(self, sha256: str) -> None:
        """Refuse vectors of another encoder.

        Raises:
            InputError: The digests differ.
        """
        if sha256 != self.encoder.sha256:
            raise InputError(
                f"{self._place}: this gallery is of the encoder {self.encoder.name} "
                f"({self.encoder.sha256[:12]}), the vectors are of another one ({sha256[:12]})"
            )

    @property
    def version(self) -> int:
        """Number of the commit that is read."""
        return int(self._table.version)

    def refresh(self) -> None:
        """Go on to the newest version."""
        self._table.checkout_latest()

    def count(self) -> int:
        """Number of references."""
        return int(self._table.count_rows())

    def append(self, references: References) -> int:
        """Add references in one commit; a recording that its voice has already is left out.

        Args:
            references: Of the table's dimension.

        Returns:
            Number of references added.

        Raises:
            InputError: The dimension is another.
        """
        if references.dim != self.encoder.dim:
            raise InputError(
                f"{self._place}: vectors of dimension {self.encoder.dim} expected, got {references.dim}"
            )
        first = {(one.voice, one.digest): row for row, one in reversed(list(enumerate(references.facts)))}
        chosen = references.subset(sorted(first.values()))
        columns: dict[str, Any] = {name: [getattr(one, name) for one in chosen.facts] for name in _FACTS}
        columns["vector"] = pa.FixedSizeListArray.from_arrays(chosen.vectors.ravel(), chosen.dim)
        rows = pa.table(columns, schema=table_schema(self.encoder))
        merge = self._table.merge_insert(["voice", "digest"]).when_not_matched_insert_all()
        return int(self._committed(lambda: merge.execute(rows).num_inserted_rows))

    def rename(self, voices: Sequence[str], to: str) -> int:
        """Give the references of some voices another name, in one commit.

        A recording that the name has already, or that two of the voices have, goes there once; a second
        commit deletes what is left of it, and a writer that dies in between leaves that with its old voice.

        Returns:
            Number of references.
        """
        self.refresh()
        where, twice = _among("voice", voices), self._held_twice(voices, to)
        for voice, digests in twice.items():
            where += f" AND NOT ({_among('voice', [voice])} AND {_among('digest', digests)})"
        renamed = self._committed(lambda: self._table.update(where=where, values={"voice": to}).rows_updated)
        if twice:
            self.delete(list(twice), digests=sorted({one for digests in twice.values() for one in digests}))
        return int(renamed)

    def delete(self, voice: Sequence[str], *, digests: Sequence[str] | None = None) -> int:
        """Delete references of some voices in one commit: all, or those with some digests.

        Returns:
            Number of references.
        """
        self.refresh()
        where = _among("voice", voice)
        if digests is not None:
            where += f" AND {_among('digest', digests)}"
        return int(self._committed(lambda: self._table.delete(where).num_deleted_rows))

    def facts(
        self, *, voices: Sequence[str] | None = None, version: int | None = None
    ) -> Iterator[ReferenceFacts]:
        """Read references without vectors.

        Args:
            voices: Only these.
            version: Of this commit; the current one by default.

        Yields:
            The references, in no particular order.
        """
        for where in _parts(voices):
            for batch in self._batches(_FACTS, where, version):
                yield from _facts_of(batch)

    def vectors(
        self, *, voices: Sequence[str] | None = None, version: int | None = None
    ) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Read vectors with the names of their voices, a block at a time.

        Args:
            voices: Only these.
            version: Of this commit; the current one by default.

        Yields:
            Names and (reference, dim) vectors, in no particular order.
        """
        for where in _parts(voices):
            for batch in self._batches(("voice", "vector"), where, version):
                yield batch["voice"].to_pylist(), self._matrix_of(batch)

    def rows(self, voice: str) -> References:
        """Read the references of one voice with their vectors, in memory, in no particular order."""
        facts: list[ReferenceFacts] = []
        vectors = []
        for batch in self._batches((*_FACTS, "vector"), _among("voice", [voice]), None):
            facts += _facts_of(batch)
            vectors.append(self._matrix_of(batch))
        none = np.empty((0, self.encoder.dim), dtype=np.float32)
        return References(facts, np.concatenate([none, *vectors]))

    def names(self, *, version: int | None = None) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
        """Read which voices there are, a block at a time.

        Yields:
            Different names, and how many references each has in the block.
        """
        for batch in self._batches(("voice",), None, version):
            counts = batch["voice"].value_counts()
            yield counts.field("values").to_pylist(), counts.field("counts").to_numpy()

    def known(self, references: Sequence[ReferenceFacts]) -> set[tuple[str, str]]:
        """Which of some references are there: pairs of voice and digest."""
        self.refresh()
        digests = sorted({one.digest for one in references})
        found = set()
        for where in _parts(digests, column="digest"):
            for batch in self._batches(("voice", "digest"), where, None):
                found |= set(zip(batch["voice"].to_pylist(), batch["digest"].to_pylist(), strict=True))
        return found

    def compact(self, *, keep_s: float) -> None:
        """Write everything anew and delete versions that are older than `keep_s`.

        Deleting marks rows and leaves the vectors in their files, and LanceDB's own tidying keeps files with
        few marked rows as they are. An update that changes nothing is what makes it write every row anew.
        """
        self.refresh()
        self._committed(lambda: self._table.update(where="true", values_sql={"voice": "voice"}))
        with warnings.catch_warnings():
            # It warns that readers of old versions will fail, which is what keep_s says to whoever sets it.
            warnings.filterwarnings("ignore", message=".*cleanup_older_than", category=UserWarning)
            self._committed(lambda: self._table.optimize(cleanup_older_than=timedelta(seconds=keep_s)))

    def build_index(self) -> None:
        """Make the inverted file that `near` uses: vectors as they are, in about sqrt(n) cells."""
        self.refresh()
        self._table.create_index("vector", config=IvfFlat(distance_type="cosine"))

    @property
    def has_index(self) -> bool:
        """Whether there is an index."""
        return bool(self._table.list_indices())

    def near(self, queries: NDArray[np.float32], *, count: int, nprobes: int) -> list[str]:
        """Voices of the references near any of some queries, by the index.

        Args:
            queries: (query, dim).
            count: References of each query.
            nprobes: Cells of the index that are searched.

        Returns:
            Different names, sorted.
        """
        search = self._table.search(np.ascontiguousarray(queries), vector_column_name="vector")
        found = search.distance_type("cosine").nprobes(nprobes).limit(count).select(["voice"]).to_arrow()
        return sorted(set(found["voice"].to_pylist()))

    def read_settings(self) -> dict[str, Any]:
        """Values that were kept with the gallery, by name."""
        try:
            table = self._database.open_table(_SETTINGS)
        except (ValueError, FileNotFoundError):
            return {}
        rows = table.to_arrow().to_pydict()
        return {name: json.loads(value) for name, value in zip(rows["name"], rows["value"], strict=True)}

    def write_setting(self, name: str, value: object) -> None:
        """Keep a value with the gallery, in one commit; it replaces the one of the same name."""
        schema = pa.schema([("name", pa.utf8()), ("value", pa.utf8())])
        row = pa.table({"name": [name], "value": [json.dumps(value, ensure_ascii=False)]}, schema=schema)
        try:
            table = self._database.create_table(_SETTINGS, schema=schema)
        except ValueError:
            table = self._database.open_table(_SETTINGS)
        merge = table.merge_insert("name").when_matched_update_all().when_not_matched_insert_all()
        merge.execute(row)

    def _held_twice(self, voices: Sequence[str], to: str) -> dict[str, list[str]]:
        """Digests by voice of what the voice `to`, or a voice before in the list, has too."""
        own: dict[str, set[str]] = {}
        for one in self.facts(voices=[to, *voices]):
            own.setdefault(one.voice, set()).add(one.digest)
        seen = own.get(to, set())
        twice: dict[str, list[str]] = {}
        for voice in (name for name in voices if name in own):
            if both := sorted(own[voice] & seen):
                twice[voice] = both
            seen = seen | own[voice]
        return twice

    def _committed(self, change: Callable[[], Any]) -> Any:
        """Make a change; where it collides with another writer, make it again on what that one left.

        LanceDB does so for some kinds of changes, and tells of the others by a RuntimeError.
        """
        for _ in range(_ATTEMPTS):
            try:
                return change()
            except RuntimeError as error:
                if "commit conflict" not in str(error):
                    raise
                self.refresh()
        raise KowairoError(f"{self._place}: others write without a pause; try again when they are done")

    def _matrix_of(self, batch: pa.RecordBatch) -> NDArray[np.float32]:
        flat: NDArray[np.float32] = batch["vector"].flatten().to_numpy(zero_copy_only=False)
        return flat.reshape(-1, self.encoder.dim)

    def _batches(
        self, columns: Sequence[str], where: str | None, version: int | None
    ) -> Iterator[pa.RecordBatch]:
        table = self._database.open_table(_TABLE, version=self.version if version is None else version)
        query = table.search().select(list(columns))
        if where is not None:
            query = query.where(where)
        yield from query.to_batches(_BATCH_ROWS)


def _opened(database: Any, place: str, cause: ValueError) -> Any:
    try:
        return database.open_table(_TABLE)
    except (ValueError, FileNotFoundError):
        raise KowairoError(f"{place}: no gallery can be made there: {_first_line(cause)}") from cause


def _facts_of(batch: pa.RecordBatch) -> list[ReferenceFacts]:
    columns = (batch[name].to_pylist() for name in _FACTS)
    return [ReferenceFacts(*row) for row in zip(*columns, strict=True)]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _among(column: str, values: Sequence[str]) -> str:
    """SQL for "the column is one of these"; a quote in a name is doubled, nothing else has a meaning."""
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({quoted})"


def _parts(values: Sequence[str] | None, *, column: str = "voice") -> list[str | None]:
    """Conditions that together select some values: one for a few hundred, or none for everything."""
    if values is None:
        return [None]
    starts = range(0, len(values), _NAMES_AT_A_TIME)
    return [_among(column, values[start : start + _NAMES_AT_A_TIME]) for start in starts]
