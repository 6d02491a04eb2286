import numpy as np
import pytest

from kowairo.data.augment import Augmentation


def test_an_augmentation_without_a_call_cannot_be_made():
    class Incomplete(Augmentation):
        pass

    with pytest.raises(TypeError, match="__call__"):
        Incomplete()


def test_a_subclass_needs_only_the_call():
    class Reversed(Augmentation):
        def __call__(self, samples, *, rng):
            return samples[::-1].copy()

    out = Reversed()(np.array([1.0, 2.0], dtype=np.float32), rng=np.random.default_rng(0))
    assert out.tolist() == [2.0, 1.0]
