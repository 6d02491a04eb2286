import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kowairo.core import (
    AudioRef,
    InputError,
    TableError,
    read_lines,
    read_table,
    read_wav_scp,
    spk2utt,
    split_columns,
    write_table,
    write_wav_scp,
)

VISIBLE = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=" \ufeff"), min_size=1
)
VALUES = st.lists(VISIBLE, min_size=1, max_size=3).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(table=st.dictionaries(VISIBLE, VALUES, max_size=5))
def test_any_table_reads_back_sorted(tmp_path, table):
    write_table(tmp_path / "t", table)
    assert list(read_table(tmp_path / "t").items()) == sorted(table.items())


def test_byte_order_mark_crlf_tabs_blank_lines_and_any_order_are_accepted(tmp_path):
    (tmp_path / "t").write_bytes("\ufeffb\t2 two\r\n\r\na  1\r\n".encode())
    assert list(read_table(tmp_path / "t").items()) == [("a", "1"), ("b", "2 two")]


def test_order_is_that_of_code_points(tmp_path):
    write_table(tmp_path / "t", {"ア": "1", "a": "1", "B": "1", "é": "1"})
    assert [line for _, line in read_lines(tmp_path / "t")] == ["B 1", "a 1", "é 1", "ア 1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1\nb 2\na 3\n", r"t:3: key 'a' stands twice"),
        (b"a 1\nb\n", r"t:2: key 'b' has no value"),
        (b"a 1\nb \xff\n", r"t:2: not UTF-8 \(byte 3"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_number(tmp_path, content, message):
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_table(tmp_path / "t")


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match="utt2spk: no such file"):
        read_table(tmp_path / "utt2spk")


@pytest.mark.parametrize("table", [{"a b": "1"}, {"": "1"}, {"a": ""}, {"a": "1\n2"}, {"a": " 1"}])
def test_what_could_not_be_read_back_is_not_written(tmp_path, table):
    with pytest.raises(InputError):
        write_table(tmp_path / "t", table)
    assert list(tmp_path.iterdir()) == []


def test_split_columns_keeps_the_blanks_of_the_last_column():
    assert split_columns("a \t b c", maximum=2) == ["a", "b c"]
    assert split_columns("a \t b c") == ["a", "b", "c"]


def test_an_ideographic_space_is_not_a_column_separator():
    assert split_columns("u\u30001 x") == ["u\u30001", "x"]


def test_wav_scp_paths_are_relative_to_the_folder_of_the_table(tmp_path):
    (tmp_path / "wav.scp").write_text("a 声 1.wav\nb /abs/b.wav\nc x.tar#in side/c.ogg\nd take#2.wav\n")
    assert read_wav_scp(tmp_path / "wav.scp") == {
        "a": AudioRef(tmp_path / "声 1.wav"),
        "b": AudioRef(Path("/abs/b.wav")),
        "c": AudioRef(tmp_path / "x.tar", "in side/c.ogg"),
        "d": AudioRef(tmp_path / "take#2.wav"),
    }


def test_wav_scp_names_audio_below_its_folder_relatively_and_other_audio_absolutely(tmp_path):
    folder = tmp_path / "data"
    refs = {"a": AudioRef(folder / "wav" / "a.wav"), "b": AudioRef(folder / ".." / "b.tar", "m")}
    write_wav_scp(folder / "wav.scp", refs)
    assert read_table(folder / "wav.scp") == {"a": "wav/a.wav", "b": f"{tmp_path}/b.tar#m"}


def test_wav_scp_written_with_relative_references_reads_back_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_wav_scp("data/wav.scp", {"a": AudioRef(Path("audio/a.wav"))})
    assert read_wav_scp(tmp_path / "data" / "wav.scp") == {"a": AudioRef(tmp_path / "audio" / "a.wav")}


def test_wav_scp_refuses_pipes(tmp_path):
    (tmp_path / "wav.scp").write_text("a sox a.wav -t wav - |\n")
    with pytest.raises(InputError, match="is a pipe"):
        read_wav_scp(tmp_path / "wav.scp")


@given(st.dictionaries(st.text(string.ascii_letters, min_size=1), st.sampled_from("xyz")))
def test_spk2utt_holds_every_utterance_once_and_sorted(utt2spk):
    table = spk2utt(utt2spk)
    assert {utt: spk for spk, utts in table.items() for utt in utts} == utt2spk
    assert all(utts == sorted(utts) for utts in table.values())
    assert list(table) == sorted(table)
