import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.report.figures.tippett import tippett, tippett_matplotlib, tippett_plotly


def test_a_hand_worked_example():
    found = tippett("a", np.log([0.1, 10.0, 100.0, 100.0]), np.log([0.01, 1.0]))
    assert found.target_log10 == pytest.approx([-1, 1, 2, 2])
    assert found.target_share == pytest.approx([0.75, 0.5, 0.0, 0.0])
    assert (found.misleading_target, found.misleading_nontarget) == (0.25, 0.5)


def test_shares_agree_with_a_plain_count():
    rng = np.random.default_rng(0)
    target, nontarget = rng.normal(2, 2, 200), rng.normal(-2, 2, 300)
    found = tippett("a", target, nontarget)
    naive = [np.mean(nontarget > x * np.log(10)) for x in found.nontarget_log10 + 1e-12]
    np.testing.assert_allclose(found.nontarget_share, naive)


def test_thinned_points_stay_on_the_curve():
    values = np.random.default_rng(0).normal(size=5000)
    found = tippett("a", values, values, max_points=50)
    assert len(found.target_log10) == 50
    np.testing.assert_allclose(
        found.target_share, [np.mean(values > x * np.log(10) + 1e-12) for x in found.target_log10]
    )


def test_swapping_the_sides_and_signs_mirrors_the_misleading_shares():
    rng = np.random.default_rng(1)
    target, nontarget = rng.normal(1, 1, 50), rng.normal(-1, 1, 70)
    one, other = tippett("a", target, nontarget), tippett("a", -nontarget, -target)
    assert one.misleading_target == other.misleading_nontarget


def test_lines_begin_at_one_hundred_per_cent():
    found = tippett("a", np.array([1.0, 2.0]), np.array([-1.0, 0.5]))
    figure = tippett_plotly([found])
    assert [trace.y[0] for trace in figure.data] == [100, 100]
    assert [line.get_ydata()[0] for line in tippett_matplotlib([found]).axes[0].lines[:2]] == [100, 100]
    assert "50.0% misleading" in tippett_matplotlib([found]).axes[0].get_legend().get_texts()[1].get_text()


def test_an_empty_or_infinite_side_is_refused():
    with pytest.raises(InputError, match="finite target"):
        tippett("a", np.array([np.inf]), np.ones(1))
    with pytest.raises(InputError, match="finite non-target"):
        tippett("a", np.ones(1), [])
