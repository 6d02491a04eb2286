import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.core.string_array import StringArray

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))


@given(TEXTS)
def test_strings_come_back_as_they_were(texts):
    array = StringArray.from_texts(texts)
    assert list(array) == texts
    assert [array[row] for row in range(len(array))] == texts
    assert list(array[1:3]) == texts[1:3]


@given(TEXTS)
def test_order_is_that_of_the_strings(texts):
    array = StringArray.from_texts(texts)
    ordered = array.take(array.order())
    assert list(ordered) == sorted(texts)
    assert ordered.is_sorted()
    assert array.is_sorted() == (texts == sorted(texts))


@given(TEXTS)
def test_codes_are_places_in_the_sorted_distinct_strings(texts):
    names, codes = StringArray.from_texts(texts).codes()
    assert names == sorted(set(texts))
    assert [names[code] for code in codes] == texts


@given(TEXTS, st.data())
def test_rows_compare_as_strings_do(texts, data):
    others = [data.draw(st.sampled_from([text, text + "x", text[:-1], "y" * len(text)])) for text in texts]
    equal = StringArray.from_texts(texts).equal_to(StringArray.from_texts(others))
    assert equal.tolist() == [text == other for text, other in zip(texts, others, strict=True)]


def test_strings_of_one_hash_keep_their_own_codes(monkeypatch):
    monkeypatch.setattr(StringArray, "hashes", lambda self: np.zeros(len(self), np.uint64))
    names, codes = StringArray.from_texts(["b", "a", "b"]).codes()
    assert (names, codes.tolist()) == (["a", "b"], [1, 0, 1])


def test_many_strings_span_blocks():
    texts = [f"{'長い' * (number % 3)}line-{number:07d}" for number in range(150_000)]
    array = StringArray.from_texts(texts)
    shuffled = np.random.default_rng(0).permutation(len(texts))
    assert list(array.take(shuffled)) == [texts[row] for row in shuffled.tolist()]
    assert array == StringArray.from_texts(texts)
    assert array != array.take(shuffled)


@given(TEXTS, TEXTS)
def test_arrays_are_joined_as_lists_are(texts, others):
    joined = StringArray.joined([StringArray.from_texts(texts), StringArray.from_texts(others)])
    assert joined == texts + others
    assert joined.hashes().tolist() == StringArray.from_texts(texts + others).hashes().tolist()


def test_an_array_equals_the_list_of_its_strings_and_nothing_else():
    assert StringArray.from_texts(["a", "b"]) == ["a", "b"]
    assert StringArray.from_texts(["a", "b"]) != ["a", "c"]
    assert StringArray.from_texts(["a", "b"]) != "ab"


def test_lines_of_a_file_are_read_with_or_without_a_last_line_end(tmp_path):
    (tmp_path / "whole").write_text("a b\n\nシ\n", encoding="utf-8")
    (tmp_path / "cut").write_text("a b\n\nシ", encoding="utf-8")
    (tmp_path / "empty").write_text("")
    assert list(StringArray.read_lines(tmp_path / "whole")) == ["a b", "", "シ"]
    assert list(StringArray.read_lines(tmp_path / "cut")) == ["a b", "", "シ"]
    assert list(StringArray.read_lines(tmp_path / "empty")) == []


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "nul").write_bytes(b"a\0b\n")
    with pytest.raises(InputError, match="NUL"):
        StringArray.read_lines(tmp_path / "nul")
    with pytest.raises(InputError, match="NUL"):
        StringArray.from_texts(["a\0b"])
    with pytest.raises(InputError, match="no such file"):
        StringArray.read_lines(tmp_path / "missing")


def test_a_row_past_the_end_is_an_index_error():
    with pytest.raises(IndexError):
        StringArray.from_texts(["a"])[1]
