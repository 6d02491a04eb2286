"""Tests of the importer of label lists."""

import pytest

from kowairo.core import AudioRef, InputError, TableError
from kowairo.data.importers import LabelList
from kowairo.testing.importers import check_importer


def test_a_list_gives_its_lines_in_order(tmp_path):
    content = "\ufeff声 1.wav\tYuki A\r\n/abs/2.wav\tRin\r\n\r\nx.tar#3.ogg\tYuki A\r\n4.wav\t\r\n"
    (tmp_path / "list.txt").write_bytes(content.encode())
    entries = check_importer(LabelList(tmp_path / "list.txt"))
    assert [entry.utt for entry in entries] == ["Yuki_A-0000", "Rin-0000", "Yuki_A-0001", "???-0000"]
    assert entries[0].ref == AudioRef(tmp_path / "声 1.wav")
    assert entries[2].ref == AudioRef(tmp_path / "x.tar", "3.ogg")
    assert [entry.speaker for entry in entries] == ["Yuki_A", "Rin", "Yuki_A", ""]
    assert entries[0].speaker_tables == {"spk2name": "Yuki A"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a.wav Yuki\n", r"list\.txt:1: expected `path<TAB>label`, got 1 columns"),
        (b"a.wav\tYuki\nb.wav\tYuki\tx\n", r"list\.txt:2: expected `path<TAB>label`, got 3 columns"),
        (b"\tYuki\n", r"list\.txt:1: expected"),
        (b"a.wav\t\xff\n", r"list\.txt:1: not UTF-8 \(byte 7 of the line\)"),
        (b"a.wav\t0\nb.wav\tYuki\n", r"list\.txt:2: the label 'Yuki' is not an integer \(the first is"),
        (b"a.wav\t0\nb.wav\t\n", r"list\.txt:2: the label '' is not an integer"),
        (b"a.wav\t0\nb.wav\t-1\n", r"list\.txt:2: the label '-1' is not an integer"),
        (b"a.wav\t0\nb.wav\t1.0\n", r"list\.txt:2: the label '1.0' is not an integer"),
        (b"a.wav\t0\n\na.wav\t1\n", r"list\.txt:3: a.wav has the label 1 here and 0 in line 1"),
        (b"a.wav\tA\na.wav\tB\n", r"list\.txt:2: a.wav has the label B here and A in line 1"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, content, message):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(TableError, match=message):
        list(LabelList(tmp_path / "list.txt").entries())


def test_missing_and_empty_lists_are_errors(tmp_path):
    with pytest.raises(InputError, match="layout list expects a file"):
        list(LabelList(tmp_path).entries())
    for content in (b"", b"\n \r\n"):
        (tmp_path / "list.txt").write_bytes(content)
        with pytest.raises(InputError, match="empty"):
            list(LabelList(tmp_path / "list.txt").entries())


def test_integers_may_be_written_with_zeros_before_them_and_a_path_may_come_twice(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"a.wav\t07\nb.wav\t7\na.wav\t7\nc.wav\t0\n")
    entries = list(LabelList(tmp_path / "list.txt").entries())
    assert [entry.speaker for entry in entries] == ["list-7", "list-7", "list-7", "list-0"]
    assert entries[3].utt == "list-0-0000"


def test_which_labels_a_list_has_can_be_said(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"a.wav\t007\nb.wav\tBond\n")
    entries = list(LabelList(tmp_path / "list.txt", labels="names").entries())
    assert [entry.speaker for entry in entries] == ["007", "Bond"]
    (tmp_path / "list.txt").write_bytes(b"a.wav\tBond\n")
    with pytest.raises(TableError, match=r"label 'Bond' is not an integer$"):
        list(LabelList(tmp_path / "list.txt", labels="integers").entries())
    with pytest.raises(InputError, match="labels 'numbers': expected auto, integers, names"):
        LabelList(tmp_path / "list.txt", labels="numbers")
