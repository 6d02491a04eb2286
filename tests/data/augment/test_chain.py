import numpy as np
import pytest

from kowairo.data.augment import Chain, Clip, Gain, LowPass
from kowairo.testing.augmentation import check_augmentation


def test_chain_keeps_the_contract():
    check_augmentation(Chain([LowPass(), Gain(), Clip()]))


def test_steps_happen_in_order():
    speech = np.array([0.1, 0.9], dtype=np.float32)
    gain, clip = Gain(gain_db=(20.0, 20.0)), Clip(depth_db=(20.0, 20.0))
    rng = np.random.default_rng(0)
    # Clipping first leaves two equal samples, which the gain keeps equal.
    assert Chain([clip, gain])(speech, rng=rng) == pytest.approx([0.9, 0.9], abs=1e-4)
    assert Chain([gain, clip])(speech, rng=rng) == pytest.approx([0.1, 0.1], abs=1e-4)


def test_an_empty_chain_changes_nothing(noise_like):
    speech = noise_like(5)
    assert Chain([])(speech, rng=np.random.default_rng(0)) is speech
