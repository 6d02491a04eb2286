from collections import Counter

import numpy as np
import pytest

from kowairo.core import InputError, read_trials
from kowairo.data.enhancement_lists import ListSource, make_test_list, write_test_list


def speaker(file):
    return file.split("/")[0]


def test_each_file_has_four_of_each_kind_in_turn_and_never_itself(source, rng):
    trials = list(make_test_list(source, rng=rng))
    assert [target for _, _, target in trials] == [True, False] * (4 * len(source.files))
    assert all((speaker(a) == speaker(b)) == target for a, b, target in trials)
    assert all(a != b for a, b, _ in trials)
    assert set(Counter(a for a, _, _ in trials).values()) == {8}
    targets = Counter((a, b) for a, b, target in trials if target)
    assert set(targets.values()) == {1}


def test_the_list_is_written_as_published_and_read_back(source, rng, tmp_path):
    trials = make_test_list(source, rng=rng)
    write_test_list(tmp_path / "list", trials)
    assert (tmp_path / "list").read_text().startswith("1 id0/x/0 id0/")
    assert list(read_trials(tmp_path / "list")) == list(trials)


def test_equal_seeds_give_equal_lists(source):
    first, again, other = (
        list(make_test_list(source, rng=np.random.default_rng(seed))) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_speakers_with_too_few_files_and_lone_speakers_are_refused(rng):
    few = ListSource(list("abcdefgh"), list("sssssttt"))
    with pytest.raises(InputError, match=r"1 speakers have fewer than 5 files: t \(3\)"):
        make_test_list(few, rng=rng)
    with pytest.raises(InputError, match="trials need two speakers"):
        make_test_list(few.with_files(5), rng=rng)
    with pytest.raises(InputError, match="a pair or more per file, got 0"):
        make_test_list(few, pairs_per_file=0, rng=rng)
