import numpy as np
import pytest

from kowairo.data.synth.acting import EMOTION_SHARES, EMOTIONS, NONVERBAL_EMOTION, deliver
from kowairo.data.synth.voices import Voice


def mean_pitch(emotion):
    rng = np.random.default_rng(0)
    pitches = [
        deliver(Voice(), emotion=emotion, kind="speech", rng=rng).voice.pitch_semitones for _ in range(200)
    ]
    return np.mean(pitches)


def test_shares_of_the_emotions_add_up_to_one():
    assert len(EMOTIONS) == len(EMOTION_SHARES)
    assert sum(EMOTION_SHARES) == pytest.approx(1.0)


def test_equal_seeds_give_equal_deliveries():
    first, second = (
        deliver(Voice(), emotion="cry", kind="speech", rng=np.random.default_rng(1)) for _ in range(2)
    )

    assert first == second


def test_a_whisper_has_no_voice():
    rng = np.random.default_rng(0)

    assert not deliver(Voice(), emotion="whisper", kind="speech", rng=rng).voiced
    assert deliver(Voice(), emotion="shout", kind="speech", rng=rng).voiced


def test_a_shout_is_higher_than_plain_speech():
    assert mean_pitch("shout") > mean_pitch("normal") + 2.0


def test_only_non_verbal_lines_pulsate():
    rng = np.random.default_rng(0)

    assert deliver(Voice(), emotion="normal", kind="speech", rng=rng).pulse_depth == 0.0
    assert deliver(Voice(), emotion="normal", kind="laugh", rng=rng).pulse_depth > 0.5


def test_every_non_verbal_kind_is_filed_under_an_emotion():
    assert set(NONVERBAL_EMOTION) == {"laugh", "sob", "breath", "groan"}
    assert set(NONVERBAL_EMOTION.values()) <= set(EMOTIONS)
