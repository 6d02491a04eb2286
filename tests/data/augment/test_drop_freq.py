import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import DropFreq
from kowairo.testing.augmentation import check_augmentation


def gain_at(frequency_hz, augmentation):
    """Measured gain for a sine, away from its ends."""
    sine = np.sin(2 * np.pi * frequency_hz * np.arange(16000) / 16000).astype(np.float32) * np.float32(0.5)
    heard = augmentation(sine, rng=np.random.default_rng(0))
    return np.sqrt(np.mean(heard[4000:-4000] ** 2) / np.mean(sine[4000:-4000] ** 2))


def test_drop_freq_keeps_the_contract():
    check_augmentation(DropFreq())


def test_one_band_is_gone_and_the_others_stay():
    drop = DropFreq(count=(1, 1), centre_hz=(2000.0, 2000.0), width_hz=400.0)
    for frequency_hz, expected in (
        (1000, 1.0),
        (1650, 1.0),
        (1850, 0.0),
        (2000, 0.0),
        (2150, 0.0),
        (2350, 1.0),
    ):
        assert gain_at(frequency_hz, drop) == pytest.approx(expected, abs=0.02)
    # Half-way up the raised cosine, 50 Hz beyond the band.
    assert gain_at(2250, drop) == pytest.approx(0.5, abs=0.03)


def test_a_band_at_either_end_is_cut_off_there():
    for centre_hz in (0.0, 8000.0):
        drop = DropFreq(count=(1, 1), centre_hz=(centre_hz, centre_hz))
        assert gain_at(abs(centre_hz - 100.0), drop) == pytest.approx(0.0, abs=0.02)
        assert gain_at(4000, drop) == pytest.approx(1.0, abs=0.02)


def test_the_mean_loss_is_that_of_the_bands(noise_like):
    speech, drop = noise_like(32000), DropFreq(count=(1, 1), width_hz=800.0, centre_hz=(2000.0, 6000.0))
    kept = [
        np.mean(drop(speech, rng=np.random.default_rng(seed)) ** 2) / np.mean(speech**2) for seed in range(40)
    ]
    # 10 % in the band; a raised-cosine edge of 200 Hz lets 3/8 of its power through on either side.
    assert np.mean(kept) == pytest.approx(1 - 0.1 - 2 * 0.025 * 5 / 8, abs=0.005)


def test_no_band_leaves_the_signal_alone(noise_like):
    speech = noise_like(1000)
    assert DropFreq(count=(0, 0))(speech, rng=np.random.default_rng(0)) is speech


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"count": (2, 1)}, "count"), ({"centre_hz": (0, 9000)}, "centre_hz"), ({"width_hz": 0.0}, "width_hz")],
)
def test_arguments_out_of_range_are_refused(wrong, name):
    with pytest.raises(InputError, match=name):
        DropFreq(**wrong)
