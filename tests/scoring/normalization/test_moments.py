import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring.normalization.moments import STD_FLOOR, LinearMoments, masked_moments

_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def test_moments_of_hand_worked_scores_leave_out_masked_cells():
    mean, std = masked_moments(np.array([[1.0, 3.0, -np.inf], [2.0, 2.0, 2.0]]), ddof=0)
    assert mean.tolist() == [2.0, 2.0]
    assert std.tolist() == [1.0, STD_FLOOR]
    assert masked_moments(np.array([[1.0, 3.0]]), ddof=1).std == pytest.approx([np.sqrt(2)])


def test_moments_of_hand_worked_inner_products():
    # scores of (1, 2) against the rows: 1, 2, 3
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    mean, std = LinearMoments(rows).of(np.array([[1.0, 2.0]]), _NONE, ddof=0)
    assert (mean[0], std[0]) == pytest.approx((2, np.sqrt(2 / 3)))
    left_out = (np.array([0]), np.array([2]))
    mean, std = LinearMoments(rows).of(np.array([[1.0, 2.0]]), left_out, ddof=1)
    assert (mean[0], std[0]) == pytest.approx((1.5, np.sqrt(0.5)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 1))
def test_moments_without_the_product_equal_those_of_the_masked_product(seed, ddof):
    rng = np.random.default_rng(seed)
    vectors, rows = rng.normal(size=(5, 4)), rng.normal(size=(12, 4)) + 3
    masked = rng.random((5, 12)) < 0.3
    masked[:, :3] = False
    ours = LinearMoments(rows).of(vectors, np.nonzero(masked), ddof=ddof)
    expected = masked_moments(np.where(masked, -np.inf, vectors @ rows.T), ddof=ddof)
    assert ours.mean == pytest.approx(expected.mean)
    assert ours.std == pytest.approx(expected.std)


def test_too_few_cells_and_an_unknown_ddof_are_refused():
    rows, vectors = np.eye(2), np.ones((1, 2))
    with pytest.raises(InputError, match="has 1 cohort rows of other speakers, more than 1 are needed"):
        LinearMoments(rows).of(vectors, (np.array([0]), np.array([0])), ddof=1)
    with pytest.raises(InputError, match="ddof 0 or 1, got 2"):
        masked_moments(vectors, ddof=2)
