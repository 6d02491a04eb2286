import numpy as np
import pytest
from scipy.special import ndtri

from kowairo.core import InputError
from kowairo.scoring.metrics import det_points


def test_det_points_are_finite_falling_and_agree_with_scipy():
    rng = np.random.default_rng(2)
    points = det_points(rng.normal(2, 1, 500), rng.normal(0, 1, 700), max_points=50)
    assert len(points.miss) == 50
    assert (points.miss[0], points.false_alarm[0]) == (0.0, 1.0)
    assert points.miss_deviate == pytest.approx(ndtri(np.clip(points.miss, 0.001, 0.999)))
    assert points.false_alarm_deviate[-1] == pytest.approx(ndtri(0.5 / 700))
    assert (np.diff(points.false_alarm_deviate) <= 0).all()


def test_fewer_than_two_points_are_refused():
    with pytest.raises(InputError, match="max_points"):
        det_points([1.0, 2.0], [0.0], max_points=1)
