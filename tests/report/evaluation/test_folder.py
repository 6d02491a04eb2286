import pytest

from kowairo.core import InputError
from kowairo.report.evaluation import read_evaluation


def test_scores_of_the_first_list_are_read_plain_ones_first(evaluation):
    assert [one.scored.label for one in evaluation.systems] == [
        "net",
        "net, Z-norm",
        "net, calibrated",
        "net, Z-norm, calibrated",
        "MFCC + LDA",
    ]
    assert evaluation.main.scored.label == "net"


def test_calibrated_scores_are_known_by_their_last_step(evaluation):
    assert [one.file.normalization for one in evaluation.ratios] == ["calibrated", "z+calibrated"]
    assert evaluation.main_ratio.file.normalization == "calibrated"


def test_a_bare_folder_has_neither_speakers_nor_corpus(bare_folder):
    evaluation = read_evaluation(bare_folder)
    assert evaluation.main.scored.speakers is None
    assert evaluation.corpus is None
    assert evaluation.main_ratio is None


def test_trials_may_lie_elsewhere(bare_folder, tmp_path):
    moved = tmp_path / "lists"
    (bare_folder / "data/set1").rename(moved)
    assert len(read_evaluation(bare_folder, trial_folder=moved).trials) == 435
    with pytest.raises(InputError, match="pairs: the trials of"):
        read_evaluation(bare_folder)


def test_an_unknown_choice_lists_what_there_is(evaluation_folder):
    with pytest.raises(InputError, match="no scores of trials on set2; it has set1/pairs"):
        read_evaluation(evaluation_folder, set_name="set2")
