import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses.angular_margin import (
    check_branch,
    check_margin,
    cosine_of_smaller_angle,
    cosine_with_margin,
)

BRANCHES = ["continuous", "classic", "easy"]


@pytest.mark.parametrize("branch", ["continuous", "classic"])
def test_the_target_cosine_falls_with_the_angle_all_the_way_to_pi(branch):
    cosines = torch.linspace(-1.0, 1.0, 2001, dtype=torch.float64)
    values = cosine_with_margin(cosines, 0.5, branch=branch)
    steps = values.diff()
    # "classic" may step down once, at the switch.
    assert int((steps < 0).sum()) <= (branch == "classic")


def test_the_continuous_branch_has_no_jump():
    cosines = torch.linspace(-1.0, 1.0, 20001, dtype=torch.float64)
    steps = cosine_with_margin(cosines, 0.5, branch="continuous").diff().abs()
    # Away from |cos| = 1 the slope is at most about 3, so steps of 1e-4 give at most 3e-4.
    assert steps[100:-100].max() < 1e-3


@pytest.mark.parametrize("branch", BRANCHES)
def test_no_margin_leaves_the_cosine_as_it_is(branch):
    cosines = torch.linspace(-0.999, 0.999, 101)
    torch.testing.assert_close(cosine_with_margin(cosines, 0.0, branch=branch), cosines)
    torch.testing.assert_close(cosine_of_smaller_angle(cosines, 0.0), cosines)


def test_the_easy_branch_has_its_margin_on_the_near_half_only():
    values = cosine_with_margin(torch.tensor([math.cos(1.0), math.cos(2.0)]), 0.3, branch="easy")
    torch.testing.assert_close(values, torch.tensor([math.cos(1.3), math.cos(2.0)]))


def test_a_smaller_angle_by_hand():
    # Angle 1 becomes 0.8; angle 0.1 is below the margin: cos 0.1 + 1 - cos 0.2.
    values = cosine_of_smaller_angle(torch.tensor([math.cos(1.0), math.cos(0.1)]), 0.2)
    expected = [math.cos(0.8), math.cos(0.1) + 1.0 - math.cos(0.2)]
    torch.testing.assert_close(values, torch.tensor(expected))


def test_the_cosine_of_a_smaller_angle_rises_all_the_way_and_has_no_jump():
    steps = cosine_of_smaller_angle(torch.linspace(-1.0, 1.0, 20001, dtype=torch.float64), 0.3).diff()
    assert steps.min() > 0
    assert steps[100:].max() < 1e-3


@pytest.mark.parametrize("margin_rad", [0.2, math.pi / 2])
@pytest.mark.parametrize("branch", BRANCHES)
def test_value_and_slope_are_finite_at_and_just_beyond_a_cosine_of_one(branch, margin_rad):
    # Rounding of a product of unit vectors gives 1 + 1e-7 now and then.
    cosines = torch.tensor([1.0, -1.0, 1.0000001, -1.0000001], requires_grad=True)
    (
        cosine_with_margin(cosines, margin_rad, branch=branch) + cosine_of_smaller_angle(cosines, 0.1)
    ).sum().backward()
    assert cosines.grad.isfinite().all()


def test_a_margin_in_degrees_is_refused():
    with pytest.raises(InputError, match="is it in degrees"):
        check_margin(11.5)


def test_an_unknown_branch_is_refused():
    with pytest.raises(InputError, match="branch one of"):
        check_branch("easy_margin")
