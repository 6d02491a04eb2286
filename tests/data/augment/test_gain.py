import numpy as np
import pytest

from kowairo.data.augment import Gain
from kowairo.testing.augmentation import check_augmentation


def test_gain_keeps_the_contract():
    check_augmentation(Gain())


def test_six_decibels_double_the_signal(noise_like):
    speech = noise_like(100)
    louder = Gain(gain_db=(6.0206, 6.0206))(speech, rng=np.random.default_rng(0))
    np.testing.assert_allclose(louder, 2.0 * speech, rtol=1e-5)


def test_too_much_gain_stops_at_full_scale_without_clipping():
    speech = np.array([0.25, -0.5, 0.1], dtype=np.float32)
    louder = Gain(gain_db=(20.0, 20.0))(speech, rng=np.random.default_rng(0))
    assert louder == pytest.approx([0.5, -1.0, 0.2])
