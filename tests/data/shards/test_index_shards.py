import io
import json
import pickle
import tarfile

import numpy as np
import pytest
import soundfile

from kowairo.core import InputError, read_json
from kowairo.data.audio import decode_bytes
from kowairo.data.shards import ShardReader, ShardSet, index_shards
from kowairo.data.shards.index_shards import list_shards

RATE_HZ = 16000


def tone(number, container="WAV"):
    content = io.BytesIO()
    samples = 0.3 * np.sin(2 * np.pi * (200 + 10 * number) * np.arange(RATE_HZ) / RATE_HZ)
    soundfile.write(content, samples.astype(np.float32), RATE_HZ, format=container)
    return content.getvalue()


def write_tar(path, members):
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return str(path)


def speakers(shards):
    return {utt: shards.speakers[code] for utt, code in zip(shards.utts, shards.labels, strict=True)}


def test_own_shards_are_indexed_as_they_were_written(shards, tmp_path):
    found = index_shards(list_shards(str(shards.folder)), tmp_path / "index")
    assert list(found.utts) == list(shards.utts)
    assert found.speakers == shards.speakers
    np.testing.assert_array_equal(found.labels, shards.labels)
    np.testing.assert_array_equal(found.places, shards.places)
    reader = ShardReader(ShardSet.open(tmp_path / "index"))
    assert reader.read(7) == ShardReader(shards).read(7)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3"])
def test_audio_of_any_kind_is_read(tmp_path, container):
    members = [(f"a.{container.lower()}", tone(0, container)), ("a.cls", b"3\n")]
    found = index_shards([write_tar(tmp_path / "x.tar", members)], tmp_path)
    assert speakers(found) == {"a": "3"}
    assert found.shards[0].name == "x.tar"  # relative: folder and index can move together
    samples = decode_bytes(ShardReader(found).read(0), source="a").samples
    assert len(samples) == pytest.approx(RATE_HZ, abs=2500)
    assert np.abs(samples).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("auto", {"a": "from json", "c": "from cls"}),
        ("json", {"a": "from json"}),
        ("cls", {"a": "12", "c": "from cls"}),
        ("txt", {"b": "from txt"}),
        ("none", dict.fromkeys("abc", "-")),
    ],
)
def test_the_speaker_stands_where_it_is_looked_for(tmp_path, label, expected):
    members = [
        ("a.wav", tone(0)),
        ("a.json", json.dumps({"name": " from json "}).encode()),
        ("a.cls", b"12"),
        ("b.wav", tone(1)),
        ("b.txt", b"from txt\n"),
        ("c.wav", tone(2)),
        ("c.json", b"{not json"),
        ("c.cls", b"from cls"),
    ]
    found = index_shards([write_tar(tmp_path / "x.tar", members)], tmp_path, label=label, field_name="name")
    assert speakers(found) == expected
    assert found.dropped == ({"unknown_speaker": 3 - len(expected)} if len(expected) < 3 else {})


def test_an_id_in_the_json_is_taken_and_a_number_is_a_speaker(tmp_path):
    members = [("000.wav", tone(0)), ("000.json", json.dumps({"utt": "real/id.x", "speaker": 17}).encode())]
    found = index_shards([write_tar(tmp_path / "x.tar", members)], tmp_path)
    assert speakers(found) == {"real/id.x": "17"}


def test_names_that_several_shards_use_get_the_shards_name(tmp_path):
    paths = [
        write_tar(
            tmp_path / f"{name}.tar",
            [("0.wav", tone(0)), ("0.cls", b"x"), ("1.wav", tone(1)), ("1.cls", b"y")],
        )
        for name in "pq"
    ]
    found = index_shards(paths, tmp_path)
    assert speakers(found) == {"p/0": "x", "p/1": "y", "q/0": "x", "q/1": "y"}


def test_a_name_twice_in_one_shard_counts_once(tmp_path):
    members = [
        ("0.wav", tone(0)),
        ("0.cls", b"x"),
        ("1.wav", tone(1)),
        ("1.cls", b"y"),
        ("0.wav", tone(2)),
        ("0.cls", b"z"),
    ]
    found = index_shards([write_tar(tmp_path / "p.tar", members)], tmp_path)
    assert speakers(found) == {"p/0": "x", "p/1": "y"}
    assert (found.shards[0].utts, found.dropped) == (2, {"duplicate_name": 1})
    assert ShardReader(ShardSet.open(tmp_path)).read(0) == tone(0)


def test_samples_without_audio_or_with_impossible_names_are_counted(tmp_path):
    members = [
        ("a.wav", tone(0)),
        ("a.cls", b"x"),
        ("readme.md", b"text"),
        ("b\nc.wav", tone(1)),
        ("b\nc.cls", b"x"),
        ("d.wav", tone(1)),
        ("d.cls", b"two\nlines"),
        ("e.wav", tone(1)),
        ("e.cls", b"\xff\xfe"),
    ]
    found = index_shards([write_tar(tmp_path / "x.tar", members)], tmp_path)
    assert speakers(found) == {"a": "x"}
    assert found.dropped == {"no_audio": 1, "bad_name": 2, "unknown_speaker": 1}
    assert read_json(tmp_path / "index.json")["dropped"] == found.dropped


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_no_member_is_ever_unpickled(tmp_path):
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    members = [("a.wav", tone(0)), ("a.cls", b"x")]
    members += [(f"a.{ending}", bomb) for ending in ("pyd", "pickle", "pkl", "pth", "npy", "json")]
    found = index_shards([write_tar(tmp_path / "x.tar", members)], tmp_path)
    assert speakers(found) == {"a": "x"}
    assert not (tmp_path / "exploded").exists()


def test_shards_that_name_no_speaker_are_refused_after_the_first(tmp_path):
    path = write_tar(tmp_path / "x.tar", [("a.ogg", b"x"), ("a.txt", b"a transcript")])
    with pytest.raises(
        InputError, match=r"no sample has audio and a speaker in \.json \('speaker'\) and \.cls"
    ):
        index_shards([path, str(tmp_path / "missing.tar")], tmp_path)
    with pytest.raises(InputError, match=r"its members: \.ogg \(1\), \.txt \(1\)"):
        index_shards([path], tmp_path, label="json")


def test_missing_shards_and_wrong_settings_are_named(tmp_path):
    with pytest.raises(InputError, match=r"missing.tar: no such shard"):
        index_shards([str(tmp_path / "missing.tar")], tmp_path)
    with pytest.raises(InputError, match="label is one of"):
        index_shards(["x"], tmp_path, label="wav")
    with pytest.raises(InputError, match="no shards"):
        index_shards([], tmp_path)


def test_a_url_is_read_through_fsspec(shards, tmp_path):
    found = index_shards([f"file://{shards.folder}/shards-000001.tar"], tmp_path)
    assert found.shards[0].name.startswith("file://")
    first = shards.shards[0].utts
    assert list(found.utts) == list(shards.utts[first : first + len(found.utts)])
    assert ShardReader(ShardSet.open(tmp_path)).read(0) == ShardReader(shards).read(first)


def test_shards_are_listed_from_a_folder_a_file_or_a_list(shards, tmp_path):
    names = [shard.name for shard in shards.shards]
    assert list_shards(str(shards.folder)) == [str(shards.folder / name) for name in names]
    (tmp_path / "list.txt").write_text("a.tar\n\n/b.tar\ns3://c/d.tar\n")
    assert list_shards(str(tmp_path / "list.txt")) == [str(tmp_path / "a.tar"), "/b.tar", "s3://c/d.tar"]
    assert list_shards("s3://c/d.tar") == ["s3://c/d.tar"]
    assert list_shards("x/y.tar") == ["x/y.tar"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"has no \*\.tar"):
        list_shards(str(tmp_path / "empty"))
    with pytest.raises(InputError, match="no such folder or list"):
        list_shards(str(tmp_path / "nothing"))
