import numpy as np
import pytest

from kowairo.core import InputError, read_json
from kowairo.training import ConfusedPair, confused_pairs, merge_map
from kowairo.training.merge import write_merge

CLASSES = ["a", "b", "c"]
# a's two lines: one taken for b, one for itself with b second; b's line: a second; c's line: a second.
LOGITS = np.array([[1, 2, 0], [2, 1, 0], [1, 2, 0], [1, 0, 2]], np.float32)
LABELS = np.array([0, 0, 1, 2])


def pair(first, second, share, same_name=True):
    return ConfusedPair(first, second, share, share, 10, same_name)


def test_errors_by_hand():
    (found,) = confused_pairs(LOGITS, LABELS, CLASSES, measure="errors")
    assert (found.first, found.second, found.first_as_second, found.second_as_first) == ("a", "b", 0.5, 0.0)
    assert found.mutual == 0.0


def test_runners_up_by_hand():
    first, second = confused_pairs(LOGITS, LABELS, CLASSES)
    assert (first.first, first.second, first.mutual, first.lines) == ("a", "b", 1.0, 3)
    assert (second.first, second.second, second.first_as_second, second.second_as_first) == (
        "a",
        "c",
        0.0,
        1.0,
    )


def test_one_name_in_two_titles_is_one_name_and_within_a_title_it_is_not():
    names = {"a": "n", "b": "n"}
    across = confused_pairs(LOGITS, LABELS, CLASSES, names=names, titles={"a": "1", "b": "2"})
    within = confused_pairs(LOGITS, LABELS, CLASSES, names=names, titles={"a": "1", "b": "1"})
    assert (across[0].same_name, within[0].same_name) == (True, False)


def test_the_speaker_with_more_lines_keeps_its_id():
    assert merge_map([pair("a", "b", 0.9)], line_counts={"a": 3, "b": 5}) == {"a": "b"}


def test_without_a_common_name_nothing_is_merged_unless_asked():
    pairs = [pair("a", "b", 0.9, same_name=False)]
    assert merge_map(pairs, line_counts={}) == {}
    assert merge_map(pairs, line_counts={}, require_same_name=False) == {"b": "a"}


def test_weak_confusion_does_not_merge():
    assert merge_map([pair("a", "b", 0.2)], line_counts={}) == {}


def test_three_parts_of_a_series_become_one():
    pairs = [pair("a", "b", 0.9), pair("c", "d", 0.9), pair("b", "c", 0.5)]
    assert merge_map(pairs, line_counts={"c": 9}) == {"a": "c", "b": "c", "d": "c"}


def test_a_threshold_that_is_no_share_is_refused():
    with pytest.raises(InputError, match="min_mutual"):
        merge_map([], line_counts={}, min_mutual=0.0)


def test_the_files_say_what_was_merged(tmp_path):
    write_merge(tmp_path, [pair("a", "b", 0.9), pair("a", "c", 0.5, same_name=False)], {"b": "a"})
    assert read_json(tmp_path / "merge_map.json") == {"b": "a"}
    rows = [line.split("\t") for line in (tmp_path / "confusion.tsv").read_text().splitlines()]
    assert [(row[0], row[1], row[-1]) for row in rows[1:]] == [("a", "b", "1"), ("a", "c", "0")]
