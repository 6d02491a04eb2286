import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import Clip
from kowairo.testing.augmentation import check_augmentation


def test_clip_keeps_the_contract():
    check_augmentation(Clip())


def test_clipping_by_hand():
    speech = np.array([0.8, -0.3, -0.6, 0.1], dtype=np.float32)
    clipped = Clip(depth_db=(6.0206, 6.0206))(speech, rng=np.random.default_rng(0))
    assert clipped == pytest.approx([0.4, -0.3, -0.4, 0.1], abs=1e-5)


def test_an_empty_signal_stays_empty():
    assert Clip()(np.zeros(0, dtype=np.float32), rng=np.random.default_rng(0)).size == 0


def test_a_negative_depth_is_refused():
    with pytest.raises(InputError, match="0 or more"):
        Clip(depth_db=(-1.0, 2.0))
