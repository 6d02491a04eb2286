"""The contract suite that every augmentation passes."""

import pickle
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.data.augment import Augmentation

_SEEDS = range(6)
_LENGTHS = (1, 37, 8000, 16001)


def check_augmentation(augmentation: Augmentation, *, lengths: Sequence[int] = _LENGTHS) -> None:
    """Assert what :class:`kowairo.data.augment.Augmentation` promises.

    Length and dtype are kept, equal generators give equal results, the input is untouched, results are finite
    and within full scale for input within full scale, silence stays silent, a pickled copy does the same.

    Args:
        augmentation: the object under test.
        lengths: numbers of samples to try.

    Raises:
        AssertionError: a promise is broken; the message says which.
    """
    for length in lengths:
        speech = _speech_like(length)
        for seed in _SEEDS:
            _check_call(augmentation, speech, seed)
        _check_silence(augmentation, length)
    _check_pickled(augmentation, _speech_like(max(lengths)))


def _check_call(augmentation: Augmentation, speech: NDArray[np.float32], seed: int) -> None:
    before = speech.copy()
    speech.flags.writeable = False
    first = augmentation(speech, rng=np.random.default_rng(seed))
    again = augmentation(speech, rng=np.random.default_rng(seed))
    assert np.array_equal(speech, before), "the input array was modified"
    assert first.dtype == np.float32, f"expected float32, got {first.dtype}"
    assert first.shape == speech.shape, f"expected shape {speech.shape}, got {first.shape}"
    assert np.isfinite(first).all(), "a sample is not finite"
    assert np.abs(first).max() <= 1.0 + 1e-6, f"peak {np.abs(first).max()} exceeds full scale"
    assert np.array_equal(first, again), "equal generators gave different results"


def _check_silence(augmentation: Augmentation, length: int) -> None:
    for seed in _SEEDS:
        result = augmentation(np.zeros(length, dtype=np.float32), rng=np.random.default_rng(seed))
        assert result.shape == (length,), f"silence: expected shape ({length},), got {result.shape}"
        assert not np.any(result), "silence did not stay silent"


def _check_pickled(augmentation: Augmentation, speech: NDArray[np.float32]) -> None:
    copy = pickle.loads(pickle.dumps(augmentation))  # noqa: S301 - our own bytes, made one call earlier
    for seed in _SEEDS:
        expected = augmentation(speech, rng=np.random.default_rng(seed))
        actual = copy(speech, rng=np.random.default_rng(seed))
        assert np.array_equal(expected, actual), "a pickled copy gave different results"


def _speech_like(length: int) -> NDArray[np.float32]:
    """Harmonics under a syllable rhythm with some noise; near full scale, to exercise the peak rule."""
    time_s = np.arange(length) / 16000
    rng = np.random.default_rng(length)
    tone = sum(np.sin(2.0 * np.pi * 140.0 * k * time_s + k) / k for k in range(1, 20))
    samples = np.asarray(tone) * (1.2 + np.sin(2.0 * np.pi * 4.0 * time_s)) + 0.05 * rng.standard_normal(
        length
    )
    return np.asarray(0.9 * samples / np.abs(samples).max(), dtype=np.float32)
