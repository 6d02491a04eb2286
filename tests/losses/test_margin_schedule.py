import math

import pytest

from kowairo.core import InputError
from kowairo.losses import MarginSchedule


@pytest.mark.parametrize("curve", ["exponential", "linear"])
def test_the_margin_is_constant_before_the_start_and_from_the_end_on(curve):
    schedule = MarginSchedule(start_step=10, end_step=20, initial=0.05, final=0.3, curve=curve)
    assert [schedule(step) for step in (0, 10, 20, 99)] == [0.05, 0.05, 0.3, 0.3]


def test_the_linear_curve_is_halfway_at_half_time():
    assert MarginSchedule(start_step=10, end_step=20, final=0.2, curve="linear")(15) == pytest.approx(0.1)


def test_the_exponential_curve_at_half_time_by_hand():
    # 1 - 0.001^(1/2) = 1 - 0.0316228.
    schedule = MarginSchedule(start_step=0, end_step=100, final=1.0)
    assert schedule(50) == pytest.approx(1.0 - math.sqrt(1e-3), abs=1e-7)


@pytest.mark.parametrize("curve", ["exponential", "linear"])
def test_the_margin_never_falls(curve):
    schedule = MarginSchedule(start_step=3, end_step=40, final=0.2, curve=curve)
    margins = [schedule(step) for step in range(50)]
    assert margins == sorted(margins)


def test_without_steps_the_final_margin_holds_from_the_first_one():
    assert MarginSchedule(final=0.2)(0) == 0.2


def test_an_end_before_the_start_is_refused():
    with pytest.raises(InputError, match="start_step <= end_step"):
        MarginSchedule(start_step=5, end_step=4)


def test_an_unknown_curve_is_refused():
    with pytest.raises(InputError, match="exponential or linear"):
        MarginSchedule(curve="cubic")
