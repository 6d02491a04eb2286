import itertools

import pytest

from kowairo.core import InputError
from kowairo.training import WarmupCosine, WarmupExponential

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
