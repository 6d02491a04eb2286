import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.data.augment import limit_peak, mean_square, mix_at_snr


def power_db(samples):
    return 10.0 * np.log10(np.mean(samples.astype(np.float64) ** 2))


def test_mean_square_by_hand():
    assert mean_square(np.array([3.0, -4.0, 0.0, 0.0], dtype=np.float32)) == pytest.approx(6.25)


def test_mean_square_of_nothing_is_zero():
    assert mean_square(np.zeros(0, dtype=np.float32)) == 0.0


def test_mean_square_keeps_six_digits_over_a_minute():
    samples = np.random.default_rng(0).standard_normal(960000).astype(np.float32)
    assert mean_square(samples) == pytest.approx(np.mean(samples.astype(np.float64) ** 2), rel=1e-6)


def test_a_peak_below_full_scale_is_left_alone():
    samples = np.array([0.5, -1.0], dtype=np.float32)
    assert limit_peak(samples) is samples


def test_a_peak_above_full_scale_is_divided_away():
    samples = np.array([0.5, -2.0], dtype=np.float32)
    assert limit_peak(samples).tolist() == [0.25, -1.0]
    assert samples.tolist() == [0.5, -2.0]


def test_mixing_by_hand_at_zero_db():
    speech = np.array([0.2, -0.2], dtype=np.float32)
    noise = np.array([0.1, 0.1], dtype=np.float32)
    # Powers 0.04 and 0.01: the noise is doubled.
    assert mix_at_snr(speech, noise, snr_db=0.0) == pytest.approx([0.4, 0.0], abs=1e-7)


@given(
    snr_db=st.floats(-10.0, 40.0),
    speech_db=st.floats(-60.0, -25.0),
    noise_db=st.floats(-60.0, 0.0),
    num_samples=st.integers(200, 5000),
)
def test_the_snr_measured_on_the_mixture_is_the_one_asked_for(snr_db, speech_db, noise_db, num_samples):
    rng = np.random.default_rng(num_samples)
    speech = (10 ** (speech_db / 20) * rng.standard_normal(num_samples)).astype(np.float32)
    noise = (10 ** (noise_db / 20) * rng.laplace(size=num_samples)).astype(np.float32)
    mixed = mix_at_snr(speech, noise, snr_db=snr_db)
    assert power_db(speech) - power_db(mixed.astype(np.float64) - speech) == pytest.approx(snr_db, abs=0.1)


def test_the_snr_survives_the_peak_rule():
    rng = np.random.default_rng(0)
    speech = (0.4 * rng.standard_normal(8000)).astype(np.float32)
    noise = rng.standard_normal(8000).astype(np.float32)
    mixed = mix_at_snr(speech, noise, snr_db=3.0).astype(np.float64)
    assert np.abs(mixed).max() == pytest.approx(1.0)
    # Least squares recovers how much of each signal is in the mixture.
    (speech_share, noise_share), *_ = np.linalg.lstsq(np.stack([speech, noise], axis=1), mixed, rcond=None)
    measured_db = power_db(speech_share * speech) - power_db(noise_share * noise)
    assert measured_db == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("silent", ["speech", "noise"])
def test_mixing_with_silence_changes_nothing(silent, noise_like):
    signals = {"speech": noise_like(100), "noise": noise_like(100, seed=1)}
    signals[silent] = np.zeros(100, dtype=np.float32)
    assert mix_at_snr(signals["speech"], signals["noise"], snr_db=0.0) is signals["speech"]
