import numpy as np
import pytest

from kowairo.core import (
    InputError,
    TableError,
    Trials,
    iter_trials,
    read_spk2enroll,
    read_trial_pair,
    read_trials,
    write_trials,
)


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


def test_a_list_read_in_parts_is_the_list(tmp_path, path_of_columns):
    lines = [f"e{i} t{i % 3} {'target' if i % 2 else 'nontarget'}\n" for i in range(50)]
    (tmp_path / "trials").write_text("".join(lines))
    parts = list(iter_trials(tmp_path / "trials", block_bytes=100))
    assert len(parts) > 5
    assert [trial for part in parts for trial in part] == list(read_trials(tmp_path / "trials"))


def test_equal_ids_of_a_list_are_one_string(tmp_path):
    (tmp_path / "trials").write_text("utt1 utt2 target\nutt2 utt1 target\n")
    trials = read_trials(tmp_path / "trials")
    assert trials.enroll[0] is trials.test[1]


def test_models_keep_the_order_of_their_utterances(tmp_path):
    (tmp_path / "spk2enroll").write_text("m2 c\nm1 b a\n")
    assert list(read_spk2enroll(tmp_path / "spk2enroll").items()) == [("m1", ["b", "a"]), ("m2", ["c"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("m a\nn\n", ":2: model 'n' has no utterance"),
        ("m a\nm b\n", ":2: model 'm' stands twice"),
        ("m a b a\n", ":1: utterance 'a' stands twice in model 'm'"),
        ("\n", ": no model in it"),
    ],
)
def test_a_wrong_table_of_models_is_refused(tmp_path, content, message):
    (tmp_path / "spk2enroll").write_text(content)
    with pytest.raises(InputError, match=f"spk2enroll{message}"):
        read_spk2enroll(tmp_path / "spk2enroll")
