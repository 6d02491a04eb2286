import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core.string_array import StringArray
from kowairo.core.string_index import StringIndex

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))


@given(TEXTS, TEXTS)
def test_rows_are_those_of_a_dict(texts, wanted):
    strings = StringArray.from_texts(texts)
    index = StringIndex(strings)
    expected = {text: row for row, text in reversed(list(enumerate(texts)))}
    queries = texts + wanted
    assert [index.row(text) for text in queries] == [expected.get(text, -1) for text in queries]
    found = index.rows(StringArray.from_texts(queries))
    assert found.tolist() == [expected.get(text, -1) for text in queries]
    assert index.repeated().tolist() == [row for row, text in enumerate(texts) if expected[text] != row]


def test_strings_that_share_a_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr("kowairo.core.string_index.hash_of", lambda text: 7)
    monkeypatch.setattr(StringArray, "hashes", lambda self: np.full(len(self), 7, np.uint64))
    index = StringIndex(StringArray.from_texts(["a", "b", "a"]))
    assert [index.row(text) for text in "abc"] == [0, 1, -1]
    assert index.rows(StringArray.from_texts(["b", "c", "a"])).tolist() == [1, -1, 0]
    assert index.repeated().tolist() == [2]


def test_many_strings_are_found():
    texts = StringArray.from_texts(f"line-{number}" for number in range(100_000))
    shuffled = np.random.default_rng(0).permutation(100_000)
    np.testing.assert_array_equal(StringIndex(texts).rows(texts.take(shuffled)), shuffled)
