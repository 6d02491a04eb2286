import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.inference.gallery.voice_names import clean_voice_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Aoi ", "Aoi"),
        ("青山　葵", "青山 葵"),
        (unicodedata.normalize("NFD", "ガブリエル"), "ガブリエル"),
        ("a\tb\nc", "a b c"),
        ("O'Hara; DROP -- \\", "O'Hara; DROP -- \\"),
        ("👩‍🎤", "👩‍🎤"),
    ],
)
def test_a_name_has_one_spelling(typed, name):
    assert clean_voice_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (" \n", "needs a name"),
        ("x" * 201, "201 characters"),
        ("a\0b", r"U\+0000"),
        ("a\ud800", r"U\+D800"),
    ],
)
def test_what_is_no_name_is_refused(typed, message):
    with pytest.raises(InputError, match=message):
        clean_voice_name(typed)


@given(st.text(min_size=1, max_size=60))
def test_a_clean_name_stays_as_it_is(typed):
    try:
        name = clean_voice_name(typed)
    except InputError:
        return
    assert clean_voice_name(name) == name
