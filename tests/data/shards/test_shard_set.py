import shutil

import numpy as np
import pytest

from kowairo.core import InputError, read_json, write_json
from kowairo.data import AudioError
from kowairo.data.shards import ShardReader, ShardSet


@pytest.fixture
def copy(shards, tmp_path):
    shutil.copytree(shards.folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_an_index_is_opened_as_it_was_saved(shards):
    opened = ShardSet.open(shards.folder)
    assert opened.utts == shards.utts
    assert (opened.shards, opened.speakers) == (shards.shards, shards.speakers)
    np.testing.assert_array_equal(opened.labels, shards.labels)
    np.testing.assert_array_equal(opened.places, shards.places)
    assert opened.first.tolist() == np.cumsum([0, *(shard.utts for shard in shards.shards)]).tolist()


def test_shards_may_be_elsewhere(shards, copy, tmp_path):
    index = read_json(copy / "index.json")
    for base in (str(shards.folder), "../elsewhere", f"file://{shards.folder}"):
        write_json(copy / "index.json", {**index, "base": base})
        if base == "../elsewhere":
            shutil.copytree(shards.folder, tmp_path / "elsewhere")
        opened = ShardReader(ShardSet.open(copy))
        assert opened.read(5) == ShardReader(shards).read(5)
        assert opened.read(3) == ShardReader(shards).read(3)


def test_an_unknown_kind_of_url_is_named(copy):
    write_json(copy / "index.json", {**read_json(copy / "index.json"), "base": "nosuch://bucket"})
    with pytest.raises(InputError, match=r"nosuch://bucket/shards-000000.tar: Protocol not known.*fsspec"):
        ShardReader(ShardSet.open(copy)).read(0)


@pytest.mark.parametrize("name", ["index.json", "utts", "labels.npy", "places.npy"])
def test_a_folder_without_an_index_is_refused(copy, name):
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"has no {name}"):
        ShardSet.open(copy)


def test_files_that_disagree_are_refused(copy):
    np.save(copy / "labels.npy", np.zeros(3, np.int32))
    with pytest.raises(InputError, match="disagree"):
        ShardSet.open(copy)


def test_another_version_is_refused(copy):
    write_json(copy / "index.json", {**read_json(copy / "index.json"), "version": 99})
    with pytest.raises(InputError, match="version 99"):
        ShardSet.open(copy)


def test_a_missing_or_changed_shard_is_named(copy):
    (copy / "shards-000001.tar").write_bytes(b"cut")
    with pytest.raises(InputError, match=r"shards-000001.tar: 3 bytes, the index says"):
        ShardSet.open(copy)
    (copy / "shards-000001.tar").unlink()
    with pytest.raises(InputError, match=r"shards-000001.tar: a shard of the index is missing"):
        ShardSet.open(copy)


def test_a_shard_that_goes_bad_while_it_is_used_is_an_audio_error(copy):
    opened = ShardSet.open(copy)
    last = len(opened.utts) - 1
    path = copy / opened.shards[-1].name
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(AudioError, match="the shard ends before it"):
        ShardReader(opened).read(last)
    path.unlink()
    with pytest.raises(AudioError, match=rf"{path}#{opened.utts[last]}: missing"):
        ShardReader(opened).read(last)


def test_many_shards_keep_few_files_open(shards, monkeypatch):
    monkeypatch.setattr("kowairo.data.shards._shard_files._OPEN_FILES", 1)
    reader = ShardReader(shards)
    expected = [ShardReader(shards).read(row) for row in range(len(shards.utts))]
    assert [reader.read(row) for row in range(len(shards.utts))] == expected
    reader.close()
