import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import Gain, OneOf, Unchanged
from kowairo.testing.augmentation import check_augmentation


def gains(*values):
    return [Gain(gain_db=(value, value)) for value in values]


def test_one_of_keeps_the_contract():
    check_augmentation(OneOf([*gains(3.0, -3.0), Unchanged()]))


def test_choices_follow_the_weights():
    one_of = OneOf(gains(0.0, -20.0, -40.0), weights=[6.0, 0.0, 2.0])
    ones = np.ones(1, dtype=np.float32)
    results = [round(float(one_of(ones, rng=np.random.default_rng(i))[0]), 4) for i in range(1000)]
    assert results.count(0.1) == 0
    assert results.count(1.0) / 1000 == pytest.approx(0.75, abs=0.06)


@pytest.mark.parametrize(
    ("weights", "message"),
    [([1.0], "expected 2, got 1"), ([-1.0, 2.0], "0 or more"), ([0.0, 0.0], "not all 0")],
)
def test_weights_must_fit(weights, message):
    with pytest.raises(InputError, match=message):
        OneOf(gains(0.0, 1.0), weights=weights)


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(InputError, match="at least one"):
        OneOf([])
