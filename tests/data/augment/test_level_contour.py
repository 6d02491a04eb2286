import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import LevelContour
from kowairo.testing.augmentation import check_augmentation


def gains_db(augmentation, num_samples=32000, seed=0):
    constant = np.full(num_samples, 0.1, dtype=np.float32)
    return 20 * np.log10(augmentation(constant, rng=np.random.default_rng(seed)) / 0.1)


def test_level_contour_keeps_the_contract():
    check_augmentation(LevelContour())


def test_an_equal_range_is_a_constant_gain():
    assert gains_db(LevelContour(gain_db=(-6.0, -6.0))) == pytest.approx(-6.0, abs=1e-3)


def test_gains_stay_in_range_and_use_it():
    contours = [gains_db(LevelContour(gain_db=(-8.0, 4.0)), seed=seed) for seed in range(50)]
    assert -8.001 <= np.min(contours) < -7.5
    assert 3.5 < np.max(contours) <= 4.001


def test_the_level_moves_in_straight_lines_of_the_interval():
    bends = np.flatnonzero(np.abs(np.diff(gains_db(LevelContour(interval_s=0.25)), n=2)) > 3e-4)
    knots = bends[np.concatenate([[True], np.diff(bends) > 10])]
    assert np.diff(knots) == pytest.approx(4000, abs=12)
    assert len(knots) == 8


@pytest.mark.parametrize("wrong", [{"gain_db": (3.0, -3.0)}, {"interval_s": 0.0}])
def test_arguments_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        LevelContour(**wrong)
