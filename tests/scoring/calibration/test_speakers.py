import numpy as np
import pytest

from kowairo.core import InputError, Trials
from kowairo.scoring.calibration import check_calibration_speakers, shared_speakers, trial_speakers


def test_speakers_of_a_list_are_those_of_both_sides():
    trials = Trials(["a1", "a1"], ["a2", "b1"], np.array([True, False]))
    assert trial_speakers(trials, {"a1": "a", "a2": "a", "b1": "b", "c1": "c"}) == {"a", "b"}


def test_an_utterance_without_a_speaker_is_named():
    trials = Trials(["a1"], ["x1"], np.array([False]))
    with pytest.raises(InputError, match="no speaker for 1 utterances in utt2spk, the first is 'x1'"):
        trial_speakers(trials, {"a1": "a"})


def test_shared_speakers_are_listed_by_set():
    others = {"cohort": ["c", "b"], "test": ["d"], "encoder training": ["a", "b"]}
    assert shared_speakers(["a", "b", "e"], others) == {"cohort": ["b"], "encoder training": ["a", "b"]}


def test_two_characters_of_one_actor_are_one_speaker():
    actors = {"hero": "yamada", "villain": "yamada"}
    assert shared_speakers(["hero"], {"test": ["villain"]}) == {}
    assert shared_speakers(["hero"], {"test": ["villain"]}, spk2va=actors) == {"test": ["hero"]}
    assert shared_speakers(["hero"], {"test": ["yamada"]}, spk2va=actors) == {"test": ["hero"]}


def test_disjoint_speakers_pass():
    check_calibration_speakers(["a", "b"], encoder_training=["c"], cohort=["d", "e"], test=["f"])


@pytest.mark.parametrize(
    ("name", "where"), [("encoder_training", "encoder training"), ("cohort", "cohort"), ("test", "test")]
)
def test_a_speaker_of_any_other_set_is_refused(name, where):
    with pytest.raises(InputError, match=f"1 calibration speakers are also in the {where}, e.g. 'b'"):
        check_calibration_speakers(["a", "b"], **{name: ["b", "z"]})
