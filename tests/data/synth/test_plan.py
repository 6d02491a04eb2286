from collections import Counter

import pytest

from kowairo.data.synth.cast import make_cast
from kowairo.data.synth.plan import FLAWS, MISLABELLED, NONVERBAL_SHARE, make_plan


@pytest.fixture(scope="module")
def cast():
    return make_cast(64, seed=0)


@pytest.fixture(scope="module")
def plan(cast):
    return make_plan(cast, lines=30, seed=0)


def test_every_speaker_has_the_same_number_of_lines(plan):
    assert set(Counter(line.speaker for line in plan).values()) == {30}


def test_utterances_and_streams_are_unique(plan):
    assert len({line.utt for line in plan}) == len({line.stream for line in plan}) == len(plan)


def test_a_character_never_says_a_sentence_twice(plan):
    said = Counter((line.speaker, line.text) for line in plan if line.kind == "speech")

    assert set(said.values()) == {1}


def test_some_lines_are_not_speech(plan):
    assert sum(line.kind != "speech" for line in plan) / len(plan) == pytest.approx(
        NONVERBAL_SHARE, abs=0.015
    )


def test_every_flaw_occurs_and_mislabelled_lines_are_a_handful(plan):
    flaws = Counter(line.flaw for line in plan)

    assert flaws["mislabelled"] == MISLABELLED
    assert all(flaws[flaw] == 1 for flaw in FLAWS if flaw != "mislabelled")


def test_flaws_are_planted_on_the_training_side_only(cast, plan):
    bound = {person.speaker for person in cast.characters if person.must_train}

    assert {line.speaker for line in plan if line.flaw != "none"} <= bound
    assert {line.voice for line in plan if line.flaw != "none"} <= bound


def test_a_mislabelled_line_is_in_another_voice(cast, plan):
    voices = {person.speaker: person.voice_id for person in cast.characters}

    assert all((voices[line.voice] != voices[line.speaker]) == (line.flaw == "mislabelled") for line in plan)


def test_equal_seeds_plan_equal_lines(cast, plan):
    assert make_plan(cast, lines=30, seed=0) == plan
    assert make_plan(cast, lines=30, seed=1) != plan
