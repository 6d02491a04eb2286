import numpy as np
import pytest

from kowairo.cli.trial_files import blaming, read_scored_trials, read_trial_files, take_trials, trial_place
from kowairo.core import InputError, TableError


@pytest.fixture
def pair(tmp_path):
    (tmp_path / "tar").write_text("a\tb\n\nc\td\n")
    (tmp_path / "imp").write_text("\na\td\n")
    return tmp_path / "tar", tmp_path / "imp"


def test_two_files_are_targets_then_nontargets(pair):
    assert list(read_trial_files(*pair)) == [("a", "b", True), ("c", "d", True), ("a", "d", False)]


@pytest.mark.parametrize(("row", "place"), [(0, ("tar", 1)), (1, ("tar", 3)), (2, ("imp", 2))])
def test_the_place_of_a_trial_counts_blank_lines(pair, row, place):
    path, line = trial_place(row, *pair)
    assert (path.name, line) == place


def test_scores_may_be_more_and_in_another_order(pair, tmp_path):
    (tmp_path / "s").write_text("x y 9\na d 3\nc d 2\na b 1\n")
    scores, trials = read_scored_trials(tmp_path / "s", *pair)
    assert (len(scores), len(trials)) == (4, 3)


def test_a_trial_without_score_is_named_or_left_out(pair, tmp_path):
    (tmp_path / "s").write_text("a d 3\na b 1\n")
    with pytest.raises(TableError, match=r"tar:3: no score of c d in .*s$"):
        read_scored_trials(tmp_path / "s", *pair)
    _, trials = read_scored_trials(tmp_path / "s", *pair, skip_missing=True)
    assert list(trials) == [("a", "b", True), ("a", "d", False)]


def test_scores_of_no_trial_at_all_are_an_error_even_then(pair, tmp_path):
    (tmp_path / "s").write_text("x y 3\n")
    with pytest.raises(InputError, match="no score of any trial"):
        read_scored_trials(tmp_path / "s", *pair, skip_missing=True)


def test_chosen_trials_keep_their_labels(pair):
    taken = take_trials(read_trial_files(*pair), [2, 0])
    assert taken.enroll == ["a", "a"]
    np.testing.assert_array_equal(taken.target, [False, True])


def test_a_message_without_a_file_gets_one(tmp_path):
    with pytest.raises(InputError, match=f"^{tmp_path}: bad$"), blaming(tmp_path):
        raise InputError("bad")
    with pytest.raises(InputError, match=f"^in {tmp_path}$"), blaming(tmp_path):
        raise InputError(f"in {tmp_path}")
    with pytest.raises(TableError, match=r"^t:3: bad$"), blaming(tmp_path):
        raise TableError("t", 3, "bad")
