from collections import Counter

import numpy as np
import pytest

from kowairo.core import InputError, TableError
from kowairo.data.enhancement_lists import DistributionList, ListSource, make_distribution_list


def session(file):
    return file.rsplit("/", 1)[0]


def test_flags_tell_the_sessions_and_same_pairs_come_first(source, rng):
    made = make_distribution_list(source, rng=rng)
    pairs = list(zip(made.speakers, made.first, made.second, made.same_session.tolist(), strict=True))
    assert all((session(a) == session(b)) == same for _, a, b, same in pairs)
    assert all(a.split("/")[0] == b.split("/")[0] == speaker and a != b for speaker, a, b, _ in pairs)
    assert made.same_session.tolist() == sorted(made.same_session.tolist(), reverse=True)


def test_each_kind_uses_a_file_once(source, rng):
    made = make_distribution_list(source, rng=rng)
    for kind in (True, False):
        rows = np.flatnonzero(made.same_session == kind).tolist()
        used = Counter(file for row in rows for file in (made.first[row], made.second[row]))
        assert set(used.values()) == {1}


def test_counts_follow_the_rule(source, rng):
    # Sessions of 4, 3 and 1 give 2 + 1 pairs of one session; z-x, y-x, y-x are three of two.
    made = make_distribution_list(source, rng=rng)
    counts = Counter(zip(made.speakers, made.same_session.tolist(), strict=True))
    assert set(counts.values()) == {3}
    crossing = Counter(
        frozenset((session(a)[-1], session(b)[-1]))
        for a, b, same in zip(made.first, made.second, made.same_session.tolist(), strict=True)
        if not same
    )
    assert crossing == {frozenset("zx"): 3, frozenset("yx"): 6}


def test_a_speaker_of_one_session_has_one_kind_only_and_is_named(rng):
    made = make_distribution_list(ListSource.of_paths(["a/x/1", "a/x/2", "a/y/1", "b/x/1", "b/x/2"]), rng=rng)
    assert made.without_one_kind() == ["b"]
    assert made.same_session.tolist() == [True, True, False]


def test_equal_seeds_give_equal_lists_and_they_are_read_back(source, tmp_path):
    lists = [make_distribution_list(source, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    for number, made in enumerate(lists):
        made.write(tmp_path / f"{number}")
    texts = [(tmp_path / f"{number}").read_text() for number in range(3)]
    assert texts[0] == texts[1] != texts[2]
    found = DistributionList.read(tmp_path / "0")
    assert (found.speakers, found.first, found.second) == (
        lists[0].speakers,
        lists[0].first,
        lists[0].second,
    )
    assert found.same_session.tolist() == lists[0].same_session.tolist()


def test_unknown_sessions_and_lone_lines_are_refused(rng):
    with pytest.raises(InputError, match="need sessions; name a table"):
        make_distribution_list(ListSource(["1", "2"], ["a", "a"]), rng=rng)
    with pytest.raises(InputError, match="no speaker has two lines in one session"):
        make_distribution_list(ListSource.of_paths(["a/x/1", "a/y/1"]), rng=rng)


def test_a_flag_that_is_none_is_refused(tmp_path):
    (tmp_path / "list").write_text("a a/x/1 a/x/2 1\na a/x/1 a/y/2 no\n")
    with pytest.raises(TableError, match="list:2: expected a flag of 1 or 0, got 'no'"):
        DistributionList.read(tmp_path / "list")
