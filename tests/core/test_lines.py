import pytest

from kowairo.core import TableError
from kowairo.core.lines import decoded_lines, read_lines, split_columns


def test_lines_are_numbered_as_in_the_file_and_blank_ones_left_out(tmp_path):
    (tmp_path / "t").write_bytes(b"\xef\xbb\xbfa 1\r\n \t\n\n b 2 ")
    assert list(read_lines(tmp_path / "t")) == [(1, "a 1"), (4, "b 2")]


def test_only_a_newline_ends_a_line(tmp_path):
    (tmp_path / "t").write_text("a x\u2028y\u0085z\vw\n", encoding="utf-8")
    assert list(read_lines(tmp_path / "t")) == [(1, "a x\u2028y\u0085z\vw")]


def test_lines_from_the_middle_of_a_file_keep_their_numbers(tmp_path):
    assert list(decoded_lines(tmp_path / "t", [b"a 1\n", b"\n", b"b 2\n"], first=10)) == [
        (10, "a 1"),
        (12, "b 2"),
    ]
    with pytest.raises(TableError, match=r"t:7: not UTF-8 \(byte 2"):
        list(decoded_lines(tmp_path / "t", [b"a\xff\n"], first=7))


def test_columns_end_at_ascii_blanks_only():
    assert split_columns("a \t b\u3000c d") == ["a", "b\u3000c", "d"]
    assert split_columns("a  b c", maximum=2) == ["a", "b c"]
