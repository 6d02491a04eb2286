import numpy as np
import pytest

from kowairo.data.augment import Gain, Sometimes
from kowairo.testing.augmentation import check_augmentation


def test_sometimes_keeps_the_contract():
    check_augmentation(Sometimes(Gain(), probability=0.5))


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_the_share_of_changed_crops_is_the_probability(probability, noise_like):
    speech = noise_like(10)
    sometimes = Sometimes(Gain(gain_db=(3.0, 3.0)), probability=probability)
    changed = sum(sometimes(speech, rng=np.random.default_rng(i)) is not speech for i in range(1000))
    # Four standard deviations of a binomial share of 1000.
    assert changed / 1000 == pytest.approx(probability, abs=4 * np.sqrt(0.25 / 1000))
