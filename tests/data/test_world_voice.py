import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.world_voice import WorldVoice, draw_voices


def many_voices(pitch_hz):
    return [
        voice
        for seed in range(80)
        for voice in draw_voices(4, pitch_hz=pitch_hz, rng=np.random.default_rng(seed))
    ]


def distance(first, second):
    semitones = 12 * np.log2(first.pitch / second.pitch) / 4
    return np.hypot(semitones, np.log(first.formant / second.formant) / 0.1)


@pytest.mark.parametrize("seed", range(20))
def test_voices_differ_from_the_source_and_from_one_another(seed):
    voices = [
        WorldVoice(1.0, 1.0),
        *draw_voices(4, pitch_hz=180.0, rng=np.random.default_rng(seed)),
    ]
    for index, voice in enumerate(voices):
        for other in voices[:index]:
            assert distance(voice, other) >= 0.999


@pytest.mark.parametrize("pitch_hz", [75.0, 120.0, 250.0, 420.0])
def test_the_new_pitch_stays_that_of_a_person(pitch_hz):
    moved_hz = [voice.pitch * pitch_hz for voice in many_voices(pitch_hz)]
    assert min(moved_hz) >= 70.0 - 1e-6
    assert max(moved_hz) <= 500.0 + 1e-6


def test_a_voice_above_all_pitches_is_moved_down():
    voices = draw_voices(20, pitch_hz=620.0, rng=np.random.default_rng(0))
    assert max(voice.pitch for voice in voices) * 620.0 <= 500.0 + 1e-6


def test_ranges_are_kept_and_used_without_a_known_pitch():
    voices = many_voices(0.0)
    formants = [voice.formant for voice in voices]
    semitones = [12 * np.log2(voice.pitch) for voice in voices]
    assert (min(formants), max(formants)) == pytest.approx((0.8, 1.25), rel=0.02)
    assert (min(semitones), max(semitones)) == pytest.approx((-7.0, 7.0), abs=0.4)
    assert 0.8 <= min(formants) <= max(formants) <= 1.25
    assert max(map(abs, semitones)) <= 7.0 + 1e-9


def test_the_first_voices_do_not_depend_on_the_number_drawn():
    few, many = (draw_voices(number, pitch_hz=150.0, rng=np.random.default_rng(3)) for number in (2, 9))
    assert many[:2] == few


def test_a_table_shows_the_voice():
    assert str(WorldVoice(1.25, 0.9, -1.0, 0.1)) == "pitch=1.2500 formant=0.9000 tilt_db=-1.00 breath=0.100"


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (1.0, -1.0), (1.0, 1.0, 0.0, 1.5)])
def test_what_is_no_voice_is_refused(wrong):
    with pytest.raises(InputError, match="factors above 0"):
        WorldVoice(*wrong)


def test_there_is_room_for_many_voices():
    voices = draw_voices(30, pitch_hz=0.0, rng=np.random.default_rng(0))
    assert len(set(voices)) == 30
