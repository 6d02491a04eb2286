import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.enhancement_lists import ListSource, speakers_by_path


def test_speaker_and_session_are_read_from_paths(source):
    assert source.speakers[:9] == ["id0"] * 8 + ["id1"]
    assert source.sessions[:8] == ["id0/x"] * 4 + ["id0/y"] * 3 + ["id0/z"]


def test_a_deeper_path_has_its_folder_as_the_session():
    assert ListSource.of_paths(["a/b/c/d"]).sessions == ["a/b/c"]


def test_ids_that_are_no_paths_are_refused():
    with pytest.raises(InputError, match=r"'b/1' does not name speaker/session/utterance \(2 such\)"):
        ListSource.of_paths(["a/x/1", "b/1", "c"])


def test_tables_keep_the_lines_that_they_all_know():
    source = ListSource.of_tables(["c", "a", "b"], {"a": "s", "b": "t", "d": "u"}, {"a": "x", "d": "y"})
    assert (source.files, source.speakers, source.sessions) == (["a"], ["s"], ["x"])
    assert ListSource.of_tables(["b", "a"], {"a": "s", "b": "t"}).sessions is None


def test_nothing_to_list_and_blanks_are_refused():
    with pytest.raises(InputError, match="expected a speaker and a session"):
        ListSource.of_tables(["a"], {"b": "s"})
    with pytest.raises(InputError, match="expected a speaker and a session"):
        ListSource(["a", "b"], ["s", "s"], ["x"])
    with pytest.raises(InputError, match="'the duke' is empty or holds a blank"):
        ListSource(["a"], ["the duke"])


def test_small_speakers_are_named_and_counted():
    source = ListSource(list("abcdefgh"), list("sstuvwxy"))
    with pytest.raises(InputError, match=r"6 speakers have fewer than 2 files: t \(1\), .*x \(1\), \.\.\.$"):
        source.refuse_small(2)
    source.refuse_small(1)


def test_small_speakers_can_be_left_out():
    kept = ListSource(list("abc"), list("sst"), list("xyz")).with_files(2)
    assert (kept.files, kept.speakers, kept.sessions) == (["a", "b"], ["s", "s"], ["x", "y"])
    with pytest.raises(InputError, match="no speaker has 3 files"):
        kept.with_files(3)


def test_the_part_before_the_first_slash_is_the_speaker():
    assert speakers_by_path(["id1/x/1", "id2/2", "line"]) == {"id1/x/1": "id1", "id2/2": "id2"}


def test_speakers_are_parted_and_nobody_is_on_two_sides():
    source = ListSource.of_paths([f"s{s}/{n % 2}/{n}" for s in range(20) for n in range(4)])
    shares = {"train": 0.6, "valid": 0.2, "test": 0.1}
    sides = source.split(shares, rng=np.random.default_rng(0))
    speakers = {name: set(side.speakers) for name, side in sides.items()}
    assert {name: len(found) for name, found in speakers.items()} == {"train": 12, "valid": 4, "test": 2}
    assert len(set().union(*speakers.values())) == 18
    assert all(len(side.files) == 4 * len(set(side.speakers)) for side in sides.values())
    again = source.split(shares, rng=np.random.default_rng(0))
    assert again == sides != source.split(shares, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"train": 0.9, "test": 0.2}, "sum to 1 at most"),
        ({"train": 0.0, "test": 0.2}, "shares above 0"),
        ({"train": 0.9, "test": 0.1}, "10 speakers leave 1 for test, expected two or more"),
    ],
)
def test_sides_that_cannot_be_are_refused(shares, message):
    source = ListSource.of_paths([f"s{s}/x/1" for s in range(10)])
    with pytest.raises(InputError, match=message):
        source.split(shares, rng=np.random.default_rng(0))
