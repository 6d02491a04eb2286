import numpy as np

from kowairo.data.augment import Unchanged
from kowairo.testing.augmentation import check_augmentation


def test_unchanged_keeps_the_contract():
    check_augmentation(Unchanged())


def test_unchanged_returns_its_input(noise_like):
    speech = noise_like(10)
    assert Unchanged()(speech, rng=np.random.default_rng(0)) is speech
