import pytest

from kowairo.core import InputError, read_json
from kowairo.data.enhancement_lists import LIST_FILES, ListRules, ListSource, write_lists


def test_four_files_and_their_counts_are_written(source, tmp_path):
    files = write_lists(source, tmp_path, kinds=list(LIST_FILES), name="train")
    names = ["train_normal_list.txt", "train_test_list.txt", "train_triplet_list.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "train_distribution_list.txt",
        "train_lists.json",
        *names,
    ]
    written = read_json(tmp_path / "train_lists.json")
    assert written["rules"] == {"seed": 10, "pairs_per_file": 4, "few_files": "refuse"}
    assert written["lists"]["train_normal_list.txt"] == {"lines": 24, "speakers": 3}
    assert files["test"].counts["targets"] == files["test"].counts["nontargets"] == 96
    assert files["distribution"].counts == {
        "lines": 18,
        "speakers": 3,
        "same_session": 9,
        "different_session": 9,
        "speakers_with_one_kind": 0,
        "speakers_without_pairs": 0,
    }


def test_a_list_does_not_change_with_the_others(source, tmp_path):
    write_lists(source, tmp_path / "all", kinds=list(LIST_FILES))
    write_lists(source, tmp_path / "one", kinds=["triplet"])
    texts = [(tmp_path / folder / "triplet_list.txt").read_text() for folder in ("all", "one")]
    assert texts[0] == texts[1]


def test_nothing_is_written_where_one_list_cannot_be_made(source, tmp_path):
    small = ListSource([*source.files, "n/1/1"], [*source.speakers, "n"], [*source.sessions, "n/1"])
    with pytest.raises(InputError, match=r"1 speakers have fewer than 5 files: n \(1\)"):
        write_lists(small, tmp_path / "out", kinds=["normal", "test"])
    assert not (tmp_path / "out").exists()


def test_speakers_with_too_few_files_can_be_left_out_of_the_test_list(source, tmp_path):
    small = ListSource([*source.files, "n/1/1"], [*source.speakers, "n"], [*source.sessions, "n/1"])
    rules = ListRules(few_files="leave_out")
    files = write_lists(small, tmp_path, kinds=["normal", "test"], rules=rules)
    assert files["test"].counts["speakers_left_out"] == 1
    assert files["normal"].counts["speakers"] == 4


def test_unknown_rules_and_kinds_are_refused(source, tmp_path):
    with pytest.raises(InputError, match="expected few_files refuse or leave_out, got 'keep'"):
        ListRules(few_files="keep")
    with pytest.raises(InputError, match=r"expected lists of normal, .* got 'pairs'"):
        write_lists(source, tmp_path, kinds=["pairs"])
