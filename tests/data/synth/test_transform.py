import numpy as np
import pytest

from kowairo.data.synth.acting import Delivery
from kowairo.data.synth.speak import Analysis
from kowairo.data.synth.transform import (
    FREQUENCIES_HZ,
    apply_delivery,
    formant_scale,
    source_gain,
    warp_frequencies,
)
from kowairo.data.synth.voices import Voice


def utterance(frames=100, pitch_hz=220.0):
    pitch = np.full(frames, pitch_hz)
    pitch[:20] = 0.0
    bins = len(FREQUENCIES_HZ)
    return Analysis(pitch, np.zeros((frames, bins)), np.full((frames, bins), 0.1))


def plainly(voice, *, voiced=True, pulse_depth=0.0):
    return Delivery(voice, voiced, 0.0, 5.0, pulse_depth, 2.0)


def test_a_voice_without_offset_leaves_the_envelope_alone():
    frames = np.random.default_rng(0).standard_normal((5, len(FREQUENCIES_HZ)))

    np.testing.assert_allclose(warp_frequencies(frames, Voice()), frames, atol=1e-9)


def test_a_formant_moves_by_the_size():
    peak = -(((FREQUENCIES_HZ - 1800.0) / 200.0) ** 2)[None, :]
    moved = warp_frequencies(peak, Voice(size=0.1))

    assert FREQUENCIES_HZ[moved.argmax()] == pytest.approx(1800.0 * np.exp(0.1), abs=32.0)


def test_formants_keep_their_order_in_the_most_extreme_voice():
    scale = formant_scale(Voice(size=0.3, size_low=0.4, size_mid=-0.4, size_high=-0.9))

    assert np.all(np.diff(scale) >= 0)
    assert (scale[0], scale[-1]) == (0.0, 8000.0)


def test_a_bright_source_gains_its_tilt_in_every_octave():
    gain = source_gain(Voice(tilt_db=3.0))
    one, two = np.searchsorted(FREQUENCIES_HZ, [1000.0, 2000.0])

    assert (gain[two] - gain[one]) * 10.0 / np.log(10.0) == pytest.approx(3.0, abs=1e-9)


def test_the_median_pitch_is_the_voices():
    performed = apply_delivery(utterance(), plainly(Voice(pitch_semitones=-12.0)))

    assert np.median(performed.pitch_hz[performed.pitch_hz > 0]) == pytest.approx(100.0)


def test_unvoiced_frames_stay_unvoiced():
    performed = apply_delivery(utterance(), plainly(Voice()))

    assert np.array_equal(performed.pitch_hz > 0, utterance().pitch_hz > 0)


def test_a_whisper_has_neither_pitch_nor_periodicity():
    performed = apply_delivery(utterance(), plainly(Voice(), voiced=False))

    assert not performed.pitch_hz.any()
    assert np.all(performed.aperiodicity == 1.0)


def test_a_faster_voice_takes_fewer_frames():
    performed = apply_delivery(utterance(100), plainly(Voice(rate=np.log(2.0))))

    assert len(performed.pitch_hz) == len(performed.log_power) == len(performed.aperiodicity) == 50


def test_source_colour_touches_voiced_frames_only():
    performed = apply_delivery(utterance(), plainly(Voice(bump_3_db=6.0)))

    np.testing.assert_allclose(performed.log_power[:18], 0.0, atol=1e-9)
    assert performed.log_power[50].max() > 1.0


def test_breath_raises_the_aperiodicity():
    still = apply_delivery(utterance(), plainly(Voice(breath=-2.0))).aperiodicity
    breathy = apply_delivery(utterance(), plainly(Voice(breath=2.0))).aperiodicity

    assert np.all(breathy > still)
    assert breathy.max() <= 1.0


def test_a_pulse_makes_the_level_rise_and_fall():
    performed = apply_delivery(utterance(), plainly(Voice(), pulse_depth=0.9))

    assert np.ptp(performed.log_power[:, 0]) > 2.0


def test_the_given_analysis_is_not_changed():
    given = utterance()
    apply_delivery(given, plainly(Voice(size=0.2, rate=0.1, breath=1.0, bump_1_db=3.0)))

    assert np.array_equal(given.log_power, utterance().log_power)
    assert np.array_equal(given.pitch_hz, utterance().pitch_hz)


def test_an_utterance_without_voiced_frames_passes():
    silent = utterance(pitch_hz=0.0)

    assert not apply_delivery(silent, plainly(Voice())).pitch_hz.any()
