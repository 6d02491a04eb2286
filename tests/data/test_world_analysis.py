import builtins

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.world_analysis import analyze_speech, estimate_pitch, noise_share_db, require_world


def buzz(pitch_hz, *, seconds=1.0):
    """Harmonics that fall off by 6 dB per octave."""
    times_s = np.arange(round(16000 * seconds)) / 16000
    count = int(7900 / pitch_hz)
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * times_s + 0.3 * k * k) / k for k in range(1, count + 1))
    return (0.1 * np.asarray(tone)).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [90.0, 210.0, 480.0])
def test_pitch_of_a_buzz_is_within_one_percent(pitch_hz):
    found_hz, times_s = estimate_pitch(buzz(pitch_hz))
    assert np.median(found_hz[found_hz > 0]) == pytest.approx(pitch_hz, rel=0.01)
    assert np.diff(times_s) == pytest.approx(0.01)


def test_frames_have_the_documented_shapes():
    frames = analyze_speech(buzz(150.0, seconds=0.7))
    assert frames.num_samples == 11200
    assert frames.log_power.shape == (len(frames.pitch_hz), 513)
    assert frames.noise_db.shape == frames.pitch_hz.shape
    assert frames.log_power.dtype == frames.noise_db.dtype == np.float32


def test_the_envelope_is_the_power_per_sample():
    # White noise of variance v has the power spectrum v at every frequency.
    noise = 0.1 * np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    frames = analyze_speech(noise)
    assert np.exp(frames.log_power[:, 50:450]).mean() == pytest.approx(0.01, rel=0.2)


def test_noise_share_grows_with_noise():
    voice, noise = buzz(150.0), np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    pitch_hz = np.full(101, 150.0)
    shares = [
        np.median(noise_share_db(voice + np.float32(level) * noise, pitch_hz)[5:-5])
        for level in (0.0, 0.01, 0.1)
    ]
    assert shares[0] < -12.0 < shares[1] < shares[2]
    assert shares[2] > -4.0


def test_noise_share_by_hand():
    # Periodic and random power are equal in the band: half of the power repeats, 10 log10(1/2) = -3 dB.
    rng = np.random.default_rng(1)
    period = rng.standard_normal(100).astype(np.float32)
    signal = np.tile(period, 160) + rng.standard_normal(16000).astype(np.float32) * period.std()
    share_db = noise_share_db(signal, np.full(101, 160.0))[5:-5]
    assert np.median(share_db) == pytest.approx(-3.0, abs=1.0)


def test_unvoiced_frames_are_all_noise():
    assert not noise_share_db(buzz(150.0), np.zeros(101)).any()


def test_a_missing_vocoder_names_the_extra(monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "pyworld":
            raise ImportError("no module")
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match=r"kowairo-data\[synth\]"):
        require_world()
