import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kowairo.core import InputError, TableError, TextTable, write_table
from kowairo.core.lines import read_lines

PIECES = st.sampled_from(
    ["a", "b", "ab", "a b", "é", "ア\u3000", "longer-than-a-word", " ", "\t", "\r", "\n", "\n", "\v", "#"]
)


def naive_table(path):
    """The definition, line by line: the table, or the number of the first wrong line."""
    table = {}
    for number, line in read_lines(path):
        columns = re.split("[ \t]+", line, maxsplit=1)
        if len(columns) < 2 or columns[0] in table:
            return number
        table[columns[0]] = columns[1]
    return sorted(table.items())


def outcome(path):
    """What the module makes of it, in the same form."""
    try:
        return list(TextTable.read(path).items())
    except TableError as error:
        return error.line


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(pieces=st.lists(PIECES, max_size=25), mark=st.sampled_from(["", "\ufeff"]))
def test_any_text_reads_as_line_by_line(tmp_path, pieces, mark):
    (tmp_path / "t").write_bytes((mark + "".join(pieces)).encode())
    assert outcome(tmp_path / "t") == naive_table(tmp_path / "t")


@pytest.mark.parametrize("order", ["sorted", "shuffled"])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_long_table_has_every_line_in_order(tmp_path, order, letter):
    keys = [f"{'k' * (i % 7)}{letter}{i}" for i in range(70_000)]  # more than one block of comparisons
    table = {key: f"v {key}" for key in (sorted(keys) if order == "sorted" else keys)}
    (tmp_path / "t").write_text("".join(f"{key} {value}\n" for key, value in table.items()), encoding="utf-8")
    read = TextTable.read(tmp_path / "t")
    assert read.to_dict() == table
    assert list(read) == sorted(keys)
    assert read[keys[12_345]] == f"v {keys[12_345]}"


def test_a_file_of_several_blocks_reads_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.core._byte_lines._SCAN_BYTES", 10)
    table = {f"key{i:03d}": f"value {i}" for i in range(100)}
    write_table(tmp_path / "t", table)
    assert TextTable.read(tmp_path / "t").to_dict() == table


def test_lines_far_apart_in_the_file_are_decoded_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.core.text_table._DECODED_BYTES", 4)
    (tmp_path / "t").write_text("b é\na 1\n", encoding="utf-8")
    assert TextTable.read(tmp_path / "t").to_dict() == {"a": "1", "b": "é"}


def test_long_keys_are_sorted_as_short_ones(tmp_path):
    keys = ["z", "y" * 500, "y" * 499]
    (tmp_path / "t").write_text("".join(f"{key} 1\n" for key in keys))
    assert list(TextTable.read(tmp_path / "t")) == sorted(keys)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"b 1\na 2\nb 3\n", "t:3: key 'b' stands twice"),
        (b"a 1\nb \n", "t:2: key 'b' has no value"),
        (b"a 1\nb \xff\n", r"t:2: not UTF-8 \(byte 3"),
        (b"a 1\nb\0 2\n", "t:2: NUL"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_number(tmp_path, content, message):
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(TableError, match=message):
        TextTable.read(tmp_path / "t")


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match="t: no such file"):
        TextTable.read(tmp_path / "t")


def test_looking_up_behaves_as_in_a_dict(tmp_path):
    (tmp_path / "t").write_text("b 2\na 1\n")
    table = TextTable.read(tmp_path / "t")
    assert ("a" in table, "c" in table, "" in table, len(table)) == (True, False, False, 2)
    assert table == {"a": "1", "b": "2"}
    with pytest.raises(KeyError, match="zz"):
        table["zz"]


def test_values_are_numbered_in_sorted_order(tmp_path):
    (tmp_path / "t").write_text("u1 spkB\nu2 spkB\nu3 spkA\nu4 spkB\n")
    names, codes = TextTable.read(tmp_path / "t").value_codes()
    assert names == ["spkA", "spkB"]
    np.testing.assert_array_equal(codes, [1, 1, 0, 1])


def test_an_empty_table_has_no_lines_and_no_values(tmp_path):
    (tmp_path / "t").write_text("\n")
    table = TextTable.read(tmp_path / "t")
    assert (len(table), table.to_dict(), table.value_codes()[0]) == (0, {}, [])


def test_keys_and_values_are_to_be_had_as_strings_in_the_tables_memory(tmp_path):
    (tmp_path / "t").write_text("b  two words\na one\n")
    table = TextTable.read(tmp_path / "t")
    assert list(table.key_strings) == ["a", "b"]
    assert list(table.value_strings) == ["one", "two words"]
