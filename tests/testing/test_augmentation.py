import numpy as np
import pytest

from kowairo.data.augment import Augmentation, Gain
from kowairo.testing.augmentation import check_augmentation


class Half(Augmentation):
    def __call__(self, samples, *, rng):
        return self.spoil((samples * np.float32(0.5)), samples, rng)

    def spoil(self, out, samples, rng):
        return out


class Longer(Half):
    def spoil(self, out, samples, rng):
        return np.append(out, np.float32(0))


class Double(Half):
    def spoil(self, out, samples, rng):
        return out.astype(np.float64)


class InPlace(Half):
    def spoil(self, out, samples, rng):
        samples *= 0.5
        return samples


class Unseeded(Half):
    def spoil(self, out, samples, rng):
        return out * np.float32(np.random.default_rng().random())


class NotFinite(Half):
    def spoil(self, out, samples, rng):
        return out / (out - out)


class TooLoud(Half):
    def spoil(self, out, samples, rng):
        return out * np.float32(4.0)


class Hissing(Half):
    def spoil(self, out, samples, rng):
        return out + np.float32(0.001)


class Counting(Half):
    """Changes with every call, so a pickled copy is ahead of the original."""

    def __setstate__(self, state):
        self.factor = 0.9

    def spoil(self, out, samples, rng):
        return out * np.float32(getattr(self, "factor", 1.0))


def test_a_good_augmentation_passes():
    check_augmentation(Half())
    check_augmentation(Gain())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Longer(), "expected shape"),
        (Double(), "expected float32"),
        (Unseeded(), "equal generators"),
        (TooLoud(), "exceeds full scale"),
        (Hissing(), "silence did not stay silent"),
    ],
)
def test_a_broken_promise_is_named(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_augmentation(bad)


def test_values_that_are_not_finite_are_found():
    with np.errstate(all="ignore"), pytest.raises(AssertionError, match="not finite"):
        check_augmentation(NotFinite())


def test_writing_into_the_input_fails_at_once():
    with pytest.raises(ValueError, match="read-only"):
        check_augmentation(InPlace())


def test_a_pickled_copy_that_differs_is_found():
    bad = Counting()
    bad.marker = 1  # an object without state would be rebuilt without __setstate__
    with pytest.raises(AssertionError, match="pickled copy"):
        check_augmentation(bad)
