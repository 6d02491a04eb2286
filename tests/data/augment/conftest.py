"""Signals that the tests of augmentation share."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from kowairo.data.augment import SignalBank


@pytest.fixture
def noise_like() -> Callable[..., NDArray[np.float32]]:
    """White noise of a length, seed and level."""

    def make(num_samples: int, *, seed: int = 0, level: float = 0.1) -> NDArray[np.float32]:
        return (level * np.random.default_rng(seed).standard_normal(num_samples)).astype(np.float32)

    return make


@pytest.fixture
def bank(noise_like) -> SignalBank:
    """Three recordings, one shorter than a crop."""
    return SignalBank({"a": noise_like(40000), "b": noise_like(9000, seed=1), "c": noise_like(16000, seed=2)})
