import numpy as np
import pytest

from kowairo.inference import signal_measures
from kowairo.inference.signal_measures import clipped_share, measure_signal
from kowairo.testing.tones import tone_voice

RATE = 16000


@pytest.fixture
def voice():
    return tone_voice(1, 2.0, np.random.default_rng(0))


def noise(seconds, level, *, seed=0):
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return (level * samples).astype(np.float32)


def tone(frequency_hz, seconds=1.0, level=0.3):
    return (level * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE)) / RATE)).astype(
        np.float32
    )


def silence(seconds):
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def test_a_voice_is_sound_with_a_pitch(voice):
    measures = measure_signal(voice)
    assert measures.duration_s == 2.0
    assert measures.voiced_s == pytest.approx(2.0, abs=0.1)
    assert measures.voiced_share > 0.95


def test_pauses_are_no_sound(voice):
    measures = measure_signal(np.concatenate([silence(1), voice, silence(1)]))
    assert measures.sound_s == pytest.approx(2.0, abs=0.1)


def test_a_quiet_room_is_no_sound():
    assert measure_signal(noise(2, 0.003)).sound_s == 0.0


def test_a_breath_that_fills_the_file_is_sound_without_pitch():
    measures = measure_signal(noise(2, 0.05))
    assert measures.breathy_s == pytest.approx(2.0, abs=0.05)
    assert measures.voiced_share == 0.0


def test_a_breath_in_a_quiet_room_is_sound():
    samples = noise(3, 0.001)
    samples[RATE : 2 * RATE] += noise(1, 0.02, seed=1)
    measures = measure_signal(samples)
    assert measures.breathy_s == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("frequency_hz", [70, 220, 440, 900])
def test_low_and_high_voices_have_a_pitch(frequency_hz):
    harmonics = tone(frequency_hz) + tone(2 * frequency_hz, level=0.1)
    assert measure_signal(harmonics).voiced_s == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("snr_db", [5.0, 10.0, 20.0, 30.0])
def test_the_noise_is_estimated_within_two_decibels(voice, snr_db):
    line = np.concatenate([silence(1), voice, silence(1)])
    level = float(np.sqrt(np.mean(voice**2) / 10 ** (snr_db / 10)))
    estimated = measure_signal(line + noise(4, level)).snr_db
    assert estimated == pytest.approx(snr_db, abs=2.0)


def test_flat_tops_are_counted(voice):
    assert measure_signal(voice).clipped_share < 0.001
    assert measure_signal(np.clip(30 * voice, -0.5, 0.5)).clipped_share > 0.5


def test_a_square_wave_is_all_flat_tops():
    assert clipped_share(np.sign(tone(100) + 1e-4)) == pytest.approx(1.0, abs=0.01)


def test_a_pure_tone_has_at_most_nine_hundredths_in_flat_tops():
    assert clipped_share(tone(100)) <= 0.0901


def test_near_silence_has_no_flat_tops():
    assert clipped_share(np.full(1000, 1e-5, dtype=np.float32)) == 0.0


def test_a_constant_offset_changes_no_sound(voice):
    assert measure_signal(voice + 0.2).sound_s == measure_signal(voice).sound_s


def test_long_recordings_are_measured_in_blocks(voice, monkeypatch):
    whole = measure_signal(voice)
    monkeypatch.setattr(signal_measures, "_BLOCK_FRAMES", 7)
    assert measure_signal(voice) == whole


@pytest.mark.parametrize("samples", [0, 1, 100])
def test_next_to_nothing_can_be_measured(samples):
    measures = measure_signal(np.ones(samples, dtype=np.float32))
    assert measures.duration_s == samples / RATE
    assert measures.sound_s <= measures.duration_s
