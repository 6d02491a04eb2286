import sys
from pathlib import Path

import pytest

from kowairo.core import InputError, encoder_folder, encoder_folders, find_named, named_encoders, user_cache


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A made-up kowairo-weights with one encoder, and an empty cache."""
    folder = tmp_path / "site"
    make_encoder(folder / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def make_encoder(folder):
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("class_path: x\n")


def test_a_shipped_encoder_is_found_by_its_name(shipped):
    assert encoder_folder("base") == shipped / "base"


def test_an_encoder_that_only_the_distribution_knows_has_its_folders_name(shipped):
    make_encoder(shipped / "campplus-anime")
    assert encoder_folder("campplus-anime") == shipped / "campplus-anime"
    assert [one.name for one in named_encoders()] == ["base", "anime", "campplus", "ge2e", "campplus-anime"]


@pytest.mark.skipif(sys.platform != "linux", reason="the cache folder of Linux")
def test_a_downloaded_encoder_is_found_in_the_cache(shipped):
    make_encoder(user_cache() / "campplus")
    assert encoder_folder("campplus") == user_cache() / "campplus"


@pytest.mark.skipif(sys.platform != "linux", reason="the cache folder of Linux")
def test_nothing_else_in_the_cache_has_a_name(shipped):
    make_encoder(user_cache() / "mine")
    assert find_named("mine") is None


def test_a_folder_is_itself(shipped, tmp_path):
    assert encoder_folder(tmp_path) == tmp_path
    assert encoder_folder(str(tmp_path)) == tmp_path


def test_a_name_wins_over_a_folder_of_that_name(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_encoder(tmp_path / "base")
    assert encoder_folder("base") == shipped / "base"
    assert encoder_folder("./base") == Path("base")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("campplus", "`kowairo models get campplus` downloads it"),
        ("anime", "the installed kowairo-weights does not hold it"),
        ("litagin/anime_speaker_embedding", "not fetched from a hub by their id"),
        ("nothing", "neither a checkpoint folder nor one of base, anime, campplus"),
        ("/no/such/folder", "neither a checkpoint folder nor"),
    ],
)
def test_what_is_not_there_says_what_to_do(shipped, name, message):
    with pytest.raises(InputError, match=message):
        encoder_folder(name)


def test_without_the_distribution_nothing_is_shipped(monkeypatch):
    monkeypatch.setattr(encoder_folders, "WEIGHTS_PACKAGE", "kowairo.no_such_package")
    assert encoder_folders.shipped_folder() is None
    assert find_named("base") is None


@pytest.mark.skipif(sys.platform != "linux", reason="the cache folder of Linux")
def test_the_cache_follows_the_platforms_rule(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path / "kowairo" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert user_cache() == Path.home() / ".cache" / "kowairo" / "models"
