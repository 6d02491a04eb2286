import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.metrics import eer, min_dcf, verification_summary


def test_the_summary_holds_what_the_functions_give_one_by_one(many):
    for sides in (many, (many[0][:300], many[1][:900])):
        summary = verification_summary(*sides, p_targets=(0.001, 0.3))
        assert summary.eer == eer(*sides)
        assert summary.min_dcf == {p: min_dcf(*sides, p_target=p) for p in (0.001, 0.3)}


def test_a_constant_scorer_of_many_trials_is_summed_up_too():
    summary = verification_summary([0.5] * 2000, [0.5] * 300_000)
    assert (summary.eer.value, summary.min_dcf[0.01].value) == (0.5, pytest.approx(1.0))


@pytest.mark.parametrize("outlier", [1e3, 1e12, 1.7e308])
def test_a_score_far_off_that_crowds_the_others_changes_no_figure(many, outlier):
    target, nontarget = (side.astype(np.float64) for side in many)
    before = verification_summary(target, nontarget)
    nontarget[nontarget.argmin()] = -outlier
    assert verification_summary(target, nontarget) == before


def test_a_prior_out_of_range_is_refused():
    with pytest.raises(InputError, match=r"p_target in \(0, 1\), got 0"):
        verification_summary([1.0, 2.0], [0.0], p_targets=(0,))
