import hashlib

import pytest

from kowairo.core import InputError, atomic_folder, atomic_path, file_digest, read_json, write_json


def test_atomic_path_shows_the_file_only_when_the_block_is_done(tmp_path):
    target = tmp_path / "new" / "a.txt"
    with atomic_path(target) as partial:
        partial.write_text("x")
        assert not target.exists()
        assert partial.parent == target.parent
        assert partial.suffix == ".txt"
    assert target.read_text() == "x"


def test_atomic_path_keeps_the_old_file_when_the_block_fails(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(FileNotFoundError), atomic_path(target) as partial:
        (partial.parent / "missing").rename(partial)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


def test_atomic_folder_replaces_the_old_folder_as_a_whole(tmp_path):
    target = tmp_path / "set"
    target.mkdir()
    (target / "stale").touch()
    with atomic_folder(target) as partial:
        (partial / "fresh").touch()
        assert (target / "stale").exists()
    assert [path.name for path in target.iterdir()] == ["fresh"]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_atomic_folder_leaves_nothing_when_the_block_fails(tmp_path):
    with pytest.raises(RuntimeError, match="stop"), atomic_folder(tmp_path / "set"):
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_atomic_folder_refuses_to_replace_a_file(tmp_path):
    (tmp_path / "set").touch()
    with pytest.raises(InputError, match="is a file"), atomic_folder(tmp_path / "set"):
        pass


def test_file_digest_is_the_sha256_of_the_content(tmp_path):
    (tmp_path / "a").write_bytes(b"kowairo")
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"kowairo").hexdigest()


def test_json_reads_back_and_is_written_sorted(tmp_path):
    write_json(tmp_path / "a.json", {"b": [1, 2.5, None], "a": "声色"})
    assert read_json(tmp_path / "a.json") == {"a": "声色", "b": [1, 2.5, None]}
    assert (tmp_path / "a.json").read_text("utf-8").startswith('{\n "a": "声色"')


def test_json_refuses_numbers_that_json_does_not_have(tmp_path):
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", {"eer": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_reading_broken_json_names_file_and_line(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1,\n b}')
    with pytest.raises(InputError, match=r"a\.json:2: not JSON"):
        read_json(tmp_path / "a.json")


def test_reading_missing_json_names_the_file(tmp_path):
    with pytest.raises(InputError, match=r"a\.json: no such file"):
        read_json(tmp_path / "a.json")


def test_reading_json_of_another_encoding_is_an_input_error(tmp_path):
    (tmp_path / "a.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InputError, match="not UTF-8"):
        read_json(tmp_path / "a.json")
