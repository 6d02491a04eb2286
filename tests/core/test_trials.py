import numpy as np
import pytest

from kowairo.core import InputError, TableError, Trials, read_trial_pair, read_trials, write_trials


def test_written_trials_read_back_in_order(tmp_path):
    trials = Trials(["b", "a"], ["c", "d"], np.array([True, False]))
    write_trials(tmp_path / "trials", trials)
    assert (tmp_path / "trials").read_text() == "b c target\na d nontarget\n"
    assert list(read_trials(tmp_path / "trials")) == [("b", "c", True), ("a", "d", False)]
    assert len(trials) == 2


def test_label_first_lists_are_read(tmp_path):
    (tmp_path / "trials").write_text("1 id1/a.wav id1/b.wav\n0 id1/a.wav id2/c.wav\n")
    trials = read_trials(tmp_path / "trials")
    assert list(trials) == [("id1/a.wav", "id1/b.wav", True), ("id1/a.wav", "id2/c.wav", False)]


def test_utterances_may_be_called_one_and_zero(tmp_path):
    (tmp_path / "trials").write_text("1 0 target\n0 2 nontarget\n")
    assert list(read_trials(tmp_path / "trials")) == [("1", "0", True), ("0", "2", False)]


def test_a_pair_of_files_gives_targets_then_nontargets(tmp_path):
    (tmp_path / "tar").write_text("a x\tb\n")
    (tmp_path / "imp").write_text("a x\tc\r\nb\tc\n")
    trials = read_trial_pair(tmp_path / "tar", tmp_path / "imp")
    assert list(trials) == [("a x", "b", True), ("a x", "c", False), ("b", "c", False)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a b target\na b\n", ":2: expected 3 columns, got 2"),
        ("a b target\na c impostor\n", ":2: label 'impostor' is none of target, nontarget"),
        ("1 a b\n2 a c\n", ":2: label '2' is none of 1, 0"),
        ("a b maybe\n", ":1: label 'maybe' is none of"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_number(tmp_path, content, message):
    (tmp_path / "trials").write_text(content)
    with pytest.raises(TableError, match=f"trials{message}"):
        read_trials(tmp_path / "trials")


def test_a_pair_file_without_tabs_is_refused(tmp_path):
    (tmp_path / "tar").write_text("a b\n")
    with pytest.raises(TableError, match="tar:1: expected `enroll<TAB>test`"):
        read_trial_pair(tmp_path / "tar", tmp_path / "tar")


def test_an_empty_list_is_refused(tmp_path):
    (tmp_path / "trials").write_text("\n")
    with pytest.raises(InputError, match="no trial"):
        read_trials(tmp_path / "trials")


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="equal length"):
        Trials(["a"], ["b", "c"], np.array([True]))
