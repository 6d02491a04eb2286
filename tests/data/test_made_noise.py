import numpy as np
import pytest

from kowairo.data.made_noise import coloured_noise, make_noise, noise_kinds


@pytest.mark.parametrize("kind", noise_kinds())
@pytest.mark.parametrize("seed", [0, 1])
def test_a_noise_is_level_finite_and_within_full_scale(kind, seed):
    noise = make_noise(kind, seconds=2.0, rng=np.random.default_rng(seed))
    assert noise.shape == (32000,)
    assert noise.dtype == np.float32
    level_db, peak = 10 * np.log10(np.mean(noise**2)), np.abs(noise).max()
    # Sharp impacts leave no room for more.
    assert peak <= 0.9901
    assert level_db == pytest.approx(-20.0, abs=0.01) or (level_db < -20.0 and peak > 0.98)


@pytest.mark.parametrize("kind", noise_kinds())
def test_equal_seeds_make_equal_noises_and_others_differ(kind):
    first, again, other = (make_noise(kind, seconds=0.5, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_the_spectrum_falls_with_the_exponent(exponent):
    noise = coloured_noise(160000, exponent=exponent, rng=np.random.default_rng(0))
    power = np.abs(np.fft.rfft(noise)) ** 2
    octaves_db = [10 * np.log10(np.mean(power[10 * hz : 20 * hz])) for hz in (100, 200, 400, 800, 1600, 3200)]
    # Power density falls by 3.01 dB an octave for each unit of the exponent.
    slope = np.polyfit(range(6), octaves_db, 1)[0]
    assert slope == pytest.approx(-3.01 * exponent, abs=0.15)
