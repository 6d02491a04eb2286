import numpy as np
import pytest

from kowairo.core import InputError, Scores, Trials, write_scores
from kowairo.report.scored_system import ScoredSystem, read_system

TRIALS = Trials(["a", "a", "b"], ["b", "c", "c"], np.array([True, False, False]))
SPEAKERS = {"a": "s", "b": "s", "c": "t"}


def test_scores_are_joined_by_key(tmp_path):
    write_scores(tmp_path / "s.txt", Scores(["b", "a", "a"], ["c", "c", "b"], np.array([0.3, 0.2, 0.9])))
    system = read_system("x", tmp_path / "s.txt", TRIALS, SPEAKERS)
    assert system.target.tolist() == [0.9]
    assert system.nontarget.tolist() == [0.2, 0.3]
    assert system.speakers == (["s", "s", "s"], ["s", "t", "t"])


def test_a_trial_without_a_score_names_the_file(tmp_path):
    write_scores(tmp_path / "s.txt", Scores(["a"], ["b"], np.array([0.9])))
    with pytest.raises(InputError, match=r"s\.txt: no score for 2 trials"):
        read_system("x", tmp_path / "s.txt", TRIALS)


def test_an_unknown_speaker_and_a_missing_class_are_refused():
    scores = Scores(TRIALS.enroll, TRIALS.test, np.arange(3.0))
    with pytest.raises(InputError, match="no speaker for 2 trial sides, the first is 'c'"):
        ScoredSystem.of("x", scores, TRIALS, {"a": "s", "b": "s"})
    with pytest.raises(InputError, match="target and non-target"):
        ScoredSystem.of("x", scores, Trials(TRIALS.enroll, TRIALS.test, np.ones(3, dtype=bool)))
