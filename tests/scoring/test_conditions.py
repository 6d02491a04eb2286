import numpy as np
import pytest

from kowairo.core import AudioRef, Corpus, InputError, Trials
from kowairo.scoring.conditions import trial_conditions

_SPEAKERS = {"a1": "a", "a2": "a", "b1": "b", "c1": "c"}
_TRIALS = Trials(["a1", "a1", "a1", "b1"], ["a2", "b1", "c1", "c1"], np.array([True, False, False, False]))


def corpus(utt_tables=None, spk_tables=None):
    audio = {utt: AudioRef(f"{utt}.wav") for utt in _SPEAKERS}
    return Corpus(audio, _SPEAKERS, utt_tables or {}, spk_tables or {})


def masks(**tables):
    utts = {name: table for name, table in tables.items() if name.startswith("utt")}
    spks = {name: table for name, table in tables.items() if name.startswith("spk")}
    return {name: mask.tolist() for name, mask in trial_conditions(_TRIALS, corpus(utts, spks)).items()}


def test_a_corpus_without_tables_has_no_conditions():
    assert masks() == {}


def test_the_shorter_side_decides_the_duration_bucket():
    durations = {"a1": "5.0", "a2": "4.0", "b1": "2.0", "c1": "1.9"}
    assert masks(utt2dur=durations) == {
        "duration_under_2s": [False, False, True, True],
        "duration_2_4s": [False, True, False, False],
        "duration_over_4s": [True, False, False, False],
    }


def test_emotions_agree_or_differ_and_unknown_ones_are_in_neither():
    assert masks(utt2emotion={"a1": "cry", "a2": "cry", "b1": "shout"}) == {
        "emotion_same": [True, False, False, False],
        "emotion_different": [False, True, False, False],
        "emotion_cry": [True, False, False, False],
    }


def test_one_laugh_makes_a_trial_nonverbal():
    kinds = {"a1": "speech", "a2": "speech", "b1": "speech", "c1": "laugh"}
    assert masks(utt2kind=kinds) == {
        "kind_speech": [True, True, False, False],
        "kind_nonverbal": [False, False, True, True],
    }


def test_same_actor_keeps_targets_beside_the_hard_nontargets():
    assert masks(spk2va={"a": "X", "b": "X", "c": "Y"}) == {"same_actor": [True, True, False, False]}


def test_same_actor_is_absent_where_no_actor_voices_two_characters():
    assert masks(spk2va={"a": "X", "b": "Y", "c": "Z"}) == {}


def test_targets_of_an_unknown_actor_are_not_set_against_the_hard_nontargets():
    assert masks(spk2va={"b": "X", "c": "X"}) == {"same_actor": [False, False, False, True]}


def test_genders_are_compared_and_listed_one_by_one():
    assert masks(spk2gender={"a": "f", "b": "f", "c": "m"}) == {
        "same_gender": [True, True, False, False],
        "gender_f": [True, True, False, False],
    }


def test_languages_are_compared_and_listed_by_speaker_or_by_utterance():
    expected = {"same_language": [True, True, False, False], "language_de": [True, True, False, False]}
    assert masks(spk2lang={"a": "de", "b": "de", "c": "en"}) == expected
    assert masks(utt2lang={"a1": "de", "a2": "de", "b1": "de", "c1": "en"}) == expected


def test_a_table_by_utterance_goes_before_one_by_speaker():
    both = masks(utt2lang={"a1": "de", "a2": "en"}, spk2lang={"a": "de", "b": "de"})
    assert both == {}


def test_masks_equal_a_naive_loop_over_many_trials():
    rng = np.random.default_rng(0)
    utts = [f"u{i}" for i in range(40)]
    enroll, test = (rng.choice(utts, 500).tolist() for _ in range(2))
    trials = Trials(enroll, test, np.array([u[-1] == v[-1] for u, v in zip(enroll, test, strict=True)]))
    speakers = {utt: utt[-1] for utt in utts}
    emotions = {utt: rng.choice(["calm", "cry", "shout"]).item() for utt in utts[:30]}
    known = Corpus({utt: AudioRef(utt) for utt in utts}, speakers, {"utt2emotion": emotions})
    rules = {
        "emotion_same": lambda left, right: left == right,
        "emotion_different": lambda left, right: left != right,
        "emotion_cry": lambda left, right: left == right == "cry",
    }
    masks = trial_conditions(trials, known)
    for name, rule in rules.items():
        sides = [(emotions.get(left), emotions.get(right)) for left, right, _ in trials]
        assert masks[name].tolist() == [None not in pair and rule(*pair) for pair in sides]


def test_titles_may_stand_by_utterance_or_by_speaker():
    expected = {"title_same": [True, True, False, False], "title_different": [False, False, True, True]}
    assert masks(spk2title={"a": "1", "b": "1", "c": "2"}) == expected
    assert masks(utt2title={"a1": "1", "a2": "1", "b1": "1", "c1": "2"}) == expected


def test_sources_are_listed_one_by_one():
    assert masks(spk2source={"a": "phone", "b": "phone", "c": "game"})["source_phone"] == [
        True,
        True,
        False,
        False,
    ]


def test_bad_borders_and_durations_are_refused():
    with pytest.raises(InputError, match="ascending duration borders"):
        trial_conditions(_TRIALS, corpus(), duration_edges_s=(4.0, 2.0))
    with pytest.raises(InputError, match="expected seconds for a1, got 'long'"):
        masks(utt2dur={"a1": "long"})
