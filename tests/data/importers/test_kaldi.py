"""Tests of the importer of Kaldi folders."""

import pytest

from kowairo.core import InputError
from kowairo.data.importers import KaldiFolder
from kowairo.testing.importers import check_importer
from kowairo.testing.tones import write_tone_corpus


def test_a_kaldi_folder_passes_the_contract_and_keeps_its_tables(tmp_path):
    corpus = write_tone_corpus(tmp_path, 2, 2, 0)
    entries = check_importer(KaldiFolder(tmp_path))
    assert [entry.utt for entry in entries] == corpus.utts
    assert entries[0].tables == {"text": "line 0 of speaker 0"}
    assert entries[0].speaker_tables == {"spk2gender": "f"}


def test_byte_order_mark_crlf_any_order_and_japanese_paths_are_fine(tmp_path):
    (tmp_path / "wav.scp").write_bytes("\ufeffb-1 声 の/二 つ.wav\r\na-1 一.wav\r\n".encode())
    (tmp_path / "utt2spk").write_bytes(b"\xef\xbb\xbfb-1 b\r\na-1 a\r\n")
    (tmp_path / "utt2emotion").write_bytes(b"b-1 cry\r\n")
    entries = check_importer(KaldiFolder(tmp_path))
    assert [entry.utt for entry in entries] == ["a-1", "b-1"]
    assert entries[1].ref.path == tmp_path / "声 の" / "二 つ.wav"
    assert entries[1].tables == {"utt2emotion": "cry"}


def test_an_unknown_speaker_is_listed_without_a_name(tmp_path):
    (tmp_path / "wav.scp").write_text("a a.wav\nb b.wav\n")
    (tmp_path / "utt2spk").write_text("a ？？？\nb Unknown\n")
    assert [entry.speaker for entry in check_importer(KaldiFolder(tmp_path))] == ["", ""]


def test_other_layouts_are_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        list(KaldiFolder(tmp_path / "none").entries())
    with pytest.raises(InputError, match=r"no wav\.scp in it; layout kaldi expects wav\.scp and utt2spk"):
        list(KaldiFolder(tmp_path).entries())


def test_a_broken_table_is_named_with_its_line(tmp_path):
    (tmp_path / "wav.scp").write_text("a a.wav\na b.wav\n")
    (tmp_path / "utt2spk").write_text("a s\n")
    with pytest.raises(InputError, match=r"wav\.scp:2: key 'a' stands twice"):
        list(KaldiFolder(tmp_path).entries())
