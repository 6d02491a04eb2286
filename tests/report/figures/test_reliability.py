import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.report.figures.reliability import logit, reliability, reliability_matplotlib, reliability_plotly


@pytest.fixture
def calibrated():
    # Two Gaussians a distance d apart with variance d have LLRs equal to the value itself.
    rng = np.random.default_rng(0)
    return rng.normal(2, 2, 40_000), rng.normal(-2, 2, 60_000)


def test_a_hand_worked_bin():
    # One bin: all 3 of 4 targets ... everything in it, so the observed share is the prior.
    found = reliability("a", np.array([1.0, 2.0]), np.array([-1.0, 0.0, 0.5]), prior=0.2, bins=1)
    predicted = [1 / (1 + np.exp(-(llr + logit(0.2)))) for llr in (1.0, 2.0, -1.0, 0.0, 0.5)]
    weights = [0.1, 0.1, 0.8 / 3, 0.8 / 3, 0.8 / 3]
    assert found.observed == pytest.approx([0.2])
    assert found.predicted == pytest.approx([np.dot(predicted, weights)])
    assert (found.num_target.tolist(), found.num_nontarget.tolist()) == ([2], [3])


@pytest.mark.parametrize("prior", [0.5, 0.05])
def test_calibrated_ratios_lie_on_the_diagonal(calibrated, prior):
    found = reliability("a", *calibrated, prior=prior)
    # 40,000 targets in 12 bins: a few per cent of the odds.
    np.testing.assert_allclose(found.observed, found.predicted, rtol=0.15, atol=0.01)
    assert ((found.low <= found.observed) & (found.observed <= found.high)).all()


def test_overconfident_ratios_are_flatter_than_the_diagonal(calibrated):
    target, nontarget = calibrated
    found = reliability("a", 3 * target, 3 * nontarget)
    assert found.observed[0] > found.predicted[0]
    assert found.observed[-1] < found.predicted[-1]


def test_counts_add_up_and_equal_values_share_a_bin():
    found = reliability("a", np.full(50, 1.0), np.full(70, -1.0), bins=8)
    assert found.num_target.tolist() == [0, 50]
    assert found.num_nontarget.tolist() == [70, 0]


def test_a_monotone_map_of_the_scores_leaves_the_observed_shares(calibrated):
    target, nontarget = (side[:2000] for side in calibrated)
    plain = reliability("a", target, nontarget)
    cubed = reliability("a", target**3, nontarget**3)
    np.testing.assert_allclose(plain.observed, cubed.observed)
    assert np.diff(plain.pav_observed).min() >= 0


def test_wilson_bounds_match_the_formula():
    found = reliability("a", np.ones(8), np.ones(2), bins=1)
    z, n, share = 1.959964, 10, 0.8
    centre, half = share + z * z / 20, z * np.sqrt(share * 0.2 / n + z * z / 400)
    bounds = [(centre + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
    # Weights at prior 0.5: a target counts 1/8, a non-target 1/2.
    expected = [b / 8 / (b / 8 + (1 - b) / 2) for b in bounds]
    assert [found.low[0], found.high[0]] == pytest.approx(expected, rel=1e-5)


def test_both_drawings_show_every_bin(calibrated):
    found = reliability("<b>", *calibrated)
    markers = [trace for trace in reliability_plotly([found]).data if trace.mode == "markers"]
    assert len(markers[0].x) == len(found.predicted)
    assert len(reliability_matplotlib([found]).axes[0].containers[0].lines[0].get_xdata()) == len(
        found.predicted
    )


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="prior"):
        reliability("a", np.ones(1), np.ones(1), prior=1.0)
    with pytest.raises(InputError, match="finite non-target"):
        reliability("a", np.ones(1), np.array([np.nan]))
    with pytest.raises(InputError, match="at least one"):
        reliability("a", np.ones(0), np.ones(1))
