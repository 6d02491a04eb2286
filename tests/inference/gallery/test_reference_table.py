import os
import signal
import subprocess
import sys
import time
from collections import Counter

import lancedb
import numpy as np
import pyarrow as pa
import pytest

from kowairo.core import InputError, KowairoError
from kowairo.inference.gallery import GalleryEncoder
from kowairo.inference.gallery.reference_table import ReferenceTable

WRITER = """
import os, sys
import numpy as np
from kowairo.inference.gallery import GalleryEncoder, ReferenceFacts, References
from kowairo.inference.gallery.reference_table import ReferenceTable

def write(place, run):
    table = ReferenceTable.create(place, GalleryEncoder("tiny", "a" * 64, 64))
    for number in range(10_000):
        name = f"{run}-{number}"
        facts = [ReferenceFacts(name, f"{row}.wav", f"{name}-{row}") for row in range(20)]
        table.append(References(facts, np.full((20, 64), number + 1, dtype=np.float32)))
        print(name, flush=True)
        if number % 3 == 2:
            table.rename([name], name + "-renamed")
            print(name, "renamed", flush=True)
        if number % 5 == 4:
            table.compact(keep_s=3600)

# One process imports, which takes seconds, and a copy of it writes until it is killed.
for line in sys.stdin:
    child = os.fork()
    if not child:
        write(*line.split())
    print("pid", child, flush=True)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""


class Writer:
    """A process that writes to a gallery until it is killed; what it has announced is committed."""

    def __init__(self):
        self._server = subprocess.Popen(
            [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._pid = 0
        self._lines = []

    def start(self, place, run):
        """Begin, and return after the first commit."""
        self._server.stdin.write(f"{place} {run}\n")
        self._server.stdin.flush()
        self._lines = []
        self._pid = 0
        while not (self._pid and self._lines):
            self._read()

    def _read(self):
        words = self._server.stdout.readline().split()
        if words[0] == "pid":
            self._pid = int(words[1])
        else:
            self._lines.append(words)

    def kill(self):
        """End it at once, and return what it had announced: [name] or [name, "renamed"]."""
        os.kill(self._pid, signal.SIGKILL)
        while self._lines[-1] != ["dead"]:
            self._read()
        return self._lines[:-1]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._pid and self._lines[-1] != ["dead"]:
            self.kill()
        self._server.communicate()


def vectors_by_voice(place):
    found = {}
    for voices, vectors in ReferenceTable.open(place).vectors():
        for voice, vector in zip(voices, vectors, strict=True):
            found.setdefault(voice, []).append(vector)
    return found


@pytest.fixture
def table(tmp_path, encoder, refs):
    made = ReferenceTable.create(tmp_path / "g", encoder)
    made.append(refs({"a": 3, "b": 2}))
    return made


def test_a_folder_without_a_gallery_is_refused_and_stays_as_it_is(tmp_path):
    with pytest.raises(InputError, match="no gallery there"):
        ReferenceTable.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_place_may_be_a_url(tmp_path, encoder, refs):
    url = (tmp_path / "by url").as_uri()
    with pytest.raises(InputError, match="no gallery there"):
        ReferenceTable.open(url)
    ReferenceTable.create(url, encoder).append(refs({"日向": 2}))
    assert ReferenceTable.open(url).count() == 2


def test_a_table_of_others_is_refused(tmp_path):
    lancedb.connect(tmp_path).create_table("references", pa.table({"x": [1]}))
    with pytest.raises(InputError, match="no gallery of kowairo"):
        ReferenceTable.open(tmp_path)


def test_making_a_table_twice_opens_it(table, tmp_path, encoder):
    assert ReferenceTable.create(tmp_path / "g", encoder).count() == 5


def test_every_change_is_one_version(table, refs):
    before = table.version
    table.append(refs({"c": 2}))
    assert table.version == before + 1
    table.rename(["c"], "d")
    table.delete(["d"])
    assert table.version == before + 3


def test_an_old_version_can_be_read(table):
    old = table.version
    table.delete(["a"])
    assert {one.voice for one in table.facts()} == {"b"}
    assert {one.voice for one in table.facts(version=old)} == {"a", "b"}


def test_rows_of_a_voice_come_with_their_facts(table, refs):
    rows = table.rows("b")
    given = refs({"a": 3, "b": 2})
    order = np.argsort([one.source for one in rows.facts])
    assert sorted(rows.facts, key=lambda one: one.source) == given.facts[3:]
    np.testing.assert_array_equal(rows.vectors[order], given.vectors[3:])
    assert len(table.rows("nobody")) == 0


def test_names_are_counted(table):
    counts = {}
    for names, numbers in table.names():
        for name, number in zip(names, numbers.tolist(), strict=True):
            counts[name] = counts.get(name, 0) + number
    assert counts == {"a": 3, "b": 2}


def test_more_names_than_one_condition_holds_are_all_read(tmp_path, encoder, refs):
    made = ReferenceTable.create(tmp_path / "many", encoder)
    names = [f"v{number}" for number in range(1201)]
    made.append(refs(dict.fromkeys(names, 1)))
    assert {one.voice for one in made.facts(voices=names)} == set(names)
    assert sum(len(found) for found, _ in made.vectors(voices=names)) == 1201


def test_settings_are_replaced_by_name(table, tmp_path):
    assert table.read_settings() == {}
    table.write_setting("one", {"葵": 1})
    table.write_setting("two", 2)
    table.write_setting("one", [3])
    assert ReferenceTable.open(tmp_path / "g").read_settings() == {"one": [3], "two": 2}


class Colliding:
    """Stands for a table that other writers are ahead of for a while, as LanceDB tells it."""

    def __init__(self, table, times, message="lance error: Retryable commit conflict for version 4"):
        self._table = table
        self._left = times
        self._message = message

    def __getattr__(self, name):
        return getattr(self._table, name)

    def optimize(self, **options):
        self._left -= 1
        if self._left >= 0:
            raise RuntimeError(self._message)
        return self._table.optimize(**options)


def colliding(table, tmp_path, *arguments):
    inner = lancedb.connect(tmp_path / "g").open_table("references")
    return ReferenceTable(str(tmp_path), None, Colliding(inner, *arguments), table.encoder)


def test_a_change_that_collides_is_made_again(table, tmp_path):
    colliding(table, tmp_path, 3).compact(keep_s=0)
    table.refresh()
    assert table.count() == 5


def test_a_writer_that_never_gets_its_turn_says_so(table, tmp_path):
    with pytest.raises(KowairoError, match="others write without a pause"):
        colliding(table, tmp_path, 1000).compact(keep_s=0)
    with pytest.raises(RuntimeError, match="disk full"):
        colliding(table, tmp_path, 1, "disk full").compact(keep_s=0)


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_loses_nothing_that_was_committed(tmp_path):
    rng = np.random.default_rng(0)
    names = set()
    with Writer() as writer:
        for run in range(20):
            writer.start(tmp_path, run)
            time.sleep(rng.uniform(0, 0.8))
            for name, *renamed in writer.kill():
                names.discard(name)
                names.add(f"{name}-renamed" if renamed else name)
            found = vectors_by_voice(tmp_path)
            # The last change may have been committed without being announced.
            assert {name for name in names if not {name, f"{name}-renamed"} & found.keys()} == set()
            for voice, rows in found.items():
                value = int(voice.split("-")[1]) + 1
                assert np.array_equal(np.array(rows), np.full((20, 64), value, dtype=np.float32)), voice
            names = set(found)
    assert len(names) >= 20


@pytest.mark.slow
def test_a_reader_sees_whole_commits_while_others_write(tmp_path):
    with Writer() as first, Writer() as second:
        first.start(tmp_path, 1)
        second.start(tmp_path, 2)
        reader, versions = ReferenceTable.open(tmp_path), set()
        while len(versions) < 10:
            reader.refresh()
            versions.add(reader.version)
            assert set(Counter(one.voice for one in reader.facts()).values()) == {20}


@pytest.mark.slow
def test_writers_at_the_same_time_lose_nothing(tmp_path):
    with Writer() as first, Writer() as second, Writer() as third:
        writers = [first, second, third]
        for run, writer in enumerate(writers):
            writer.start(tmp_path, run)
        time.sleep(2.0)
        committed = [line for writer in writers for line in writer.kill()]
    voices = vectors_by_voice(tmp_path).keys()
    for name, *renamed in committed:
        assert (f"{name}-renamed" in voices) or (not renamed and name in voices)


def test_an_encoder_is_what_a_table_says_of_it(table, tmp_path):
    assert ReferenceTable.open(tmp_path / "g").encoder == GalleryEncoder("tiny", "a" * 64, 8)


def test_a_table_whose_making_was_cut_off_is_made_again(tmp_path, encoder, refs):
    (tmp_path / "references.lance" / "_versions").mkdir(parents=True)
    with pytest.raises(InputError, match="no gallery there"):
        ReferenceTable.open(tmp_path)
    made = ReferenceTable.create(tmp_path, encoder)
    assert made.append(refs({"a": 1})) == 1
