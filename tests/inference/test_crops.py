import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference import CropPlan, evenly_spaced_crops


def test_crops_start_evenly_from_the_first_sample_to_the_last():
    samples = np.arange(103, dtype=np.float32)
    crops = evenly_spaced_crops(samples, count=10, crop_samples=40)
    # 63 samples to move over in nine steps of 7.
    assert crops[:, 0].tolist() == [0, 7, 14, 21, 28, 35, 42, 49, 56, 63]
    assert crops[-1].tolist() == samples[63:].tolist()


@pytest.mark.parametrize("length", [1, 3, 39])
def test_a_short_line_is_repeated_and_its_crops_are_the_same(length):
    samples = np.arange(length, dtype=np.float32)
    crops = evenly_spaced_crops(samples, count=3, crop_samples=40)
    assert crops[0].tolist() == np.pad(samples, (0, 40 - length), mode="wrap").tolist()
    assert (crops == crops[0]).all()


def test_a_line_of_one_crop_and_a_single_crop():
    samples = np.arange(8, dtype=np.float32)
    assert (evenly_spaced_crops(samples, count=4, crop_samples=8) == samples).all()
    assert evenly_spaced_crops(samples, count=1, crop_samples=5).tolist() == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "one crop or more, got 0"),
        ({"duration_s": 0.1}, "at least 0.5 s long, got 0.1"),
        ({"vectors": "all"}, "mean or each, got 'all'"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        CropPlan(**options)
