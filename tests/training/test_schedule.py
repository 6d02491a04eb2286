import itertools

import pytest

from kowairo.core import InputError
from kowairo.training import WarmupCosine, WarmupCyclic, WarmupExponential

SCHEDULES = [WarmupCosine, WarmupExponential]


@pytest.mark.parametrize("kind", SCHEDULES)
def test_warm_up_is_linear_to_one_and_the_end_is_the_final_factor(kind):
    schedule = kind(warmup_fraction=0.2, final_factor=0.1)
    factors = [schedule.factor(step, 20) for step in range(20)]
    assert factors[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert factors[4] == pytest.approx(1.0)
    assert factors[-1] == pytest.approx(0.1)
    assert all(later < earlier for earlier, later in itertools.pairwise(factors[4:]))


def test_half_way_values_by_hand():
    cosine = WarmupCosine(warmup_fraction=0.0, final_factor=0.2)
    exponential = WarmupExponential(warmup_fraction=0.0, final_factor=0.01)
    assert cosine.factor(5, 11) == pytest.approx(0.6)
    assert exponential.factor(5, 11) == pytest.approx(0.1)


def test_a_stage_of_one_step_has_a_factor():
    assert WarmupCosine(warmup_fraction=0.0).factor(0, 1) == 1.0


@pytest.mark.parametrize("values", [{"warmup_fraction": 1.0}, {"final_factor": 0.0}, {"final_factor": 2.0}])
def test_wrong_values_are_refused(values):
    with pytest.raises(InputError, match="is in"):
        WarmupCosine(**values)


def test_triangles_by_hand():
    schedule = WarmupCyclic(warmup_fraction=0.2, final_factor=0.1, cycles=2, peak_decay=0.5)
    factors = [schedule.factor(step, 15) for step in range(3, 15)]  # 3 steps of warm-up, 11 of triangles
    assert factors[0] == pytest.approx(1.0)
    assert factors[-1] == pytest.approx(0.1)
    even = WarmupCyclic(warmup_fraction=0.0, final_factor=0.1, cycles=2, peak_decay=0.5)
    found = [even.factor(step, 13) for step in (0, 2, 4, 6, 8, 10, 12)]
    assert found == pytest.approx([1.0, 0.55, 0.1, 0.325, 0.55, 0.325, 0.1])


def test_triangles_of_one_height_reach_the_top_each_time():
    schedule = WarmupCyclic(warmup_fraction=0.0, final_factor=0.01, cycles=3)
    factors = [schedule.factor(step, 51) for step in range(51)]
    assert [step for step, factor in enumerate(factors) if factor == pytest.approx(1.0)] == [0, 20, 40]


@pytest.mark.parametrize("values", [{"cycles": 0}, {"peak_decay": 0.0}])
def test_triangles_that_are_none_are_refused(values):
    with pytest.raises(InputError, match="cycles is at least 1"):
        WarmupCyclic(**values)
