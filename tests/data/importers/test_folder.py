"""Tests of the importer of folders."""

import unicodedata

import pytest

from kowairo.core import InputError
from kowairo.data.importers import CharacterFolder
from kowairo.testing.importers import check_importer


def touch(root, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_a_folder_per_character_gives_numbered_lines(tmp_path):
    touch(
        tmp_path, "Yuki/b.ogg", "Yuki/a.WAV", "Yuki/scene 1/c.opus", "Rin/1.mp3", "Rin/2.flac", "Rin/note.txt"
    )
    entries = check_importer(CharacterFolder(tmp_path))
    listed = [(entry.utt, entry.ref.path.relative_to(tmp_path).as_posix()) for entry in entries]
    assert listed == [
        ("Rin-0000", "Rin/1.mp3"),
        ("Rin-0001", "Rin/2.flac"),
        ("Yuki-0000", "Yuki/a.WAV"),
        ("Yuki-0001", "Yuki/b.ogg"),
        ("Yuki-0002", "Yuki/scene 1/c.opus"),
    ]
    assert entries[0].speaker_tables == {"spk2name": "Rin"}


def test_names_with_blanks_become_ids_and_are_kept(tmp_path):
    decomposed = unicodedata.normalize("NFD", "ガブリエル")
    touch(tmp_path, "雪菜 先輩/声 1.wav", "雪菜_先輩/a.wav", f"{decomposed}/a.wav")
    entries = {entry.speaker: entry for entry in check_importer(CharacterFolder(tmp_path))}
    assert set(entries) == {"雪菜_先輩", "雪菜_先輩~2", "ガブリエル"}
    names = {speaker: entry.speaker_tables["spk2name"] for speaker, entry in entries.items()}
    assert names == {"雪菜_先輩": "雪菜 先輩", "雪菜_先輩~2": "雪菜_先輩", "ガブリエル": "ガブリエル"}
    assert all(entry.ref.path.exists() for entry in entries.values())


def test_depth_two_knows_titles_and_bare_names(tmp_path):
    touch(tmp_path, "Maker Game/Yuki/a.ogg", "Maker Game 2/Yuki/a.ogg")
    entries = check_importer(CharacterFolder(tmp_path, depth=2))
    assert [entry.speaker for entry in entries] == ["Maker_Game_Yuki", "Maker_Game_2_Yuki"]
    assert entries[1].tables == {"utt2title": "Maker Game 2"}
    assert entries[1].speaker_tables == {"spk2name": "Yuki", "spk2title": "Maker Game 2"}


def test_excluded_and_hidden_files_are_left_out(tmp_path):
    touch(
        tmp_path, "BGM/a.ogg", "Yuki/a.ogg", "Yuki/se_door.ogg", "Yuki/._a.ogg", "Rin/raw/b.ogg", "Rin/b.ogg"
    )
    importer = CharacterFolder(tmp_path, exclude=("BGM", "se_*", "*/raw/*"))
    assert [entry.utt for entry in check_importer(importer)] == ["Rin-0000", "Yuki-0000"]


def test_audio_of_nobody_is_listed_so_that_it_is_counted(tmp_path):
    touch(tmp_path, "loose.wav", "Yuki/a.ogg", "不明/a.ogg", "???/a.ogg", "Yuki/b.m4a")
    entries = check_importer(CharacterFolder(tmp_path))
    assert sorted(entry.speaker for entry in entries) == ["", "", "", "Yuki", "Yuki"]


def test_linked_folders_are_followed_once(tmp_path):
    touch(tmp_path, "store/Yuki/a.ogg")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/Yuki").symlink_to(tmp_path / "store/Yuki")
    (tmp_path / "store/Yuki/up").symlink_to(tmp_path / "corpus")
    assert [entry.utt for entry in check_importer(CharacterFolder(tmp_path / "corpus"))] == ["Yuki-0000"]


@pytest.mark.parametrize("names", [(), ("a.wav", "b.wav"), ("Yuki/note.txt",)])
def test_a_folder_without_characters_is_one_clear_error(tmp_path, names):
    touch(tmp_path, *names)
    with pytest.raises(InputError, match=r"no audio at <character>/\*\.wav \(flac, mp3, ogg, opus, wav\)"):
        list(CharacterFolder(tmp_path).entries())


def test_wrong_depth_and_missing_folder_are_errors(tmp_path):
    touch(tmp_path, "Yuki/a.ogg")
    with pytest.raises(InputError, match=r"no audio at <title>/<character>/\*\.wav"):
        list(CharacterFolder(tmp_path, depth=2).entries())
    with pytest.raises(InputError, match="depth 0"):
        list(CharacterFolder(tmp_path, depth=0).entries())
    with pytest.raises(InputError, match="no such folder"):
        list(CharacterFolder(tmp_path / "none").entries())
