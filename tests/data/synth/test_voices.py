from dataclasses import astuple

import numpy as np
import pytest

from kowairo.data.synth.voices import (
    ACTOR_DEVIATION,
    CHARACTER_DEVIATION,
    GENDER_MEAN,
    LINE_DEVIATION,
    Voice,
    draw_actor,
    draw_character,
    vary,
)


def test_voices_add_trait_by_trait():
    total = Voice(size=0.1, pitch_semitones=2.0) + Voice(size=0.2, breath=1.0)

    assert total.size == pytest.approx(0.3)
    assert (total.pitch_semitones, total.breath, total.rate) == (2.0, 1.0, 0.0)


def test_twelve_semitones_double_the_pitch():
    assert Voice(pitch_semitones=12.0).pitch_hz == pytest.approx(400.0)


def test_vary_stays_within_two_and_a_half_deviations():
    rng = np.random.default_rng(0)
    draws = np.array([astuple(vary(Voice(), ACTOR_DEVIATION, rng=rng)) for _ in range(500)])

    assert np.all(np.abs(draws) <= 2.5 * np.array(astuple(ACTOR_DEVIATION)) + 1e-12)


def test_vary_has_the_deviation_that_was_asked_for():
    rng = np.random.default_rng(0)
    draws = [vary(Voice(), Voice(pitch_semitones=2.0), rng=rng).pitch_semitones for _ in range(800)]

    # Cutting a normal distribution at 2.5 deviations lowers its deviation by under 4 %.
    assert np.std(draws) == pytest.approx(2.0, rel=0.1)


def test_men_speak_lower_than_women_on_average():
    rng = np.random.default_rng(0)
    women = [draw_actor("f", rng=rng).pitch_hz for _ in range(100)]
    men = [draw_actor("m", rng=rng).pitch_hz for _ in range(100)]

    assert np.median(men) < 0.7 * np.median(women)


def test_equal_seeds_give_equal_characters():
    first = draw_character(GENDER_MEAN["f"], rng=np.random.default_rng(5))
    second = draw_character(GENDER_MEAN["f"], rng=np.random.default_rng(5))

    assert first == second


@pytest.mark.parametrize("trait", ["size", "size_low", "size_mid", "size_high", "pitch_semitones"])
def test_lines_of_a_character_differ_less_than_characters_of_an_actor(trait):
    assert getattr(LINE_DEVIATION, trait) < 0.5 * getattr(CHARACTER_DEVIATION, trait)
