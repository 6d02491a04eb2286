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
    ],
)
def test_a_wrong_line_is_named(tmp_path, content, message):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(TableError, match=message):
        list(LabelList(tmp_path / "list.txt").entries())


def test_missing_and_empty_lists_are_errors(tmp_path):
    with pytest.raises(InputError, match="layout list expects a file"):
        list(LabelList(tmp_path).entries())
    (tmp_path / "list.txt").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        list(LabelList(tmp_path / "list.txt").entries())
