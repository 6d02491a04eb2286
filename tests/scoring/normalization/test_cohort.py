import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.normalization import Cohort, check_cohort_speakers


def test_a_cohort_of_utterances_keeps_every_row_at_unit_length():
    cohort = Cohort.of_utterances([[3, 4], [0, 2]], ["a", "b"])
    assert cohort.vectors.tolist() == [[0.6, 0.8], [0.0, 1.0]]
    assert (len(cohort), cohort.speakers) == (2, ("a", "b"))


def test_a_cohort_of_speakers_averages_directions_not_lengths():
    cohort = Cohort.of_speakers([[100, 0], [0, 1], [1, 0]], ["b", "b", "a"])
    assert cohort.speakers == ("a", "b")
    assert cohort.vectors == pytest.approx(np.array([[1, 0], [np.sqrt(0.5), np.sqrt(0.5)]]))


def test_same_speaker_marks_the_rows_of_each_speaker():
    cohort = Cohort.of_utterances(np.eye(3), ["a", "b", "a"])
    assert cohort.same_speaker(["a", "c"]).tolist() == [[True, False, True], [False, False, False]]
    assert not Cohort.of_utterances(np.eye(3)).same_speaker(["a"]).any()


def test_a_cohort_that_holds_a_trial_speaker_is_refused_unless_asked():
    cohort = Cohort.of_utterances(np.eye(2), ["a", "b"])
    check_cohort_speakers(cohort, ["c"], shared_speakers="refuse")
    check_cohort_speakers(cohort, ["a", "c"], shared_speakers="exclude")
    with pytest.raises(InputError, match="holds 1 speakers of the trials"):
        check_cohort_speakers(cohort, ["a", "c"], shared_speakers="refuse")
    with pytest.raises(InputError, match="refuse or exclude, got 'maybe'"):
        check_cohort_speakers(cohort, ["a"], shared_speakers="maybe")


def test_a_cohort_of_one_row_or_of_wrong_labels_is_refused():
    with pytest.raises(InputError, match="two or more rows, got 1"):
        Cohort.of_utterances([[1.0, 0.0]])
    with pytest.raises(InputError, match="one speaker per cohort row"):
        Cohort.of_utterances(np.eye(2), ["a"])
