import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kowairo.core import InputError
from kowairo.scoring import cosine_scores, length_normalize
from kowairo.scoring.cosine import cosine_pairs, pair_scores


def test_cosine_of_hand_worked_pairs():
    scores = cosine_scores([[3, 0], [1, 1], [1, 2]], [[0, 2], [1, 0], [-2, -4]])
    assert scores == pytest.approx([0.0, np.sqrt(0.5), -1.0])


def test_cosine_over_several_blocks_equals_a_naive_loop():
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(2, 9000, 3))
    naive = [a @ b / np.sqrt(a @ a * (b @ b)) for a, b in zip(left, right, strict=True)]
    assert cosine_scores(left, right) == pytest.approx(naive, abs=1e-12)


@given(hnp.arrays(np.float64, (4, 3), elements=st.floats(-100, 100).filter(lambda x: abs(x) > 1e-3)))
def test_length_normalize_gives_unit_rows_whatever_the_scale(vectors):
    unit = length_normalize(vectors)
    assert np.linalg.norm(unit, axis=1) == pytest.approx(np.ones(4))
    assert length_normalize(7.0 * vectors) == pytest.approx(unit)


def test_pair_scores_gather_the_named_rows():
    vectors = np.eye(3)[[0, 1, 0]]
    assert pair_scores(vectors, np.array([0, 0]), np.array([1, 2])).tolist() == [0.0, 1.0]


def test_a_zero_row_is_refused_by_number():
    with pytest.raises(InputError, match="all-zero rows, the first is row 1"):
        length_normalize([[1.0, 0.0], [0.0, 0.0]])


def test_different_shapes_and_nan_are_refused():
    with pytest.raises(InputError, match="of one shape"):
        cosine_scores(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(InputError, match="NaN or infinity, first in row 1"):
        cosine_scores([[1.0], [np.nan]], [[1.0], [1.0]])
    with pytest.raises(InputError, match=r"\(n, dim\)"):
        cosine_scores(np.ones(3), np.ones(3))


@pytest.fixture(params=["plain", "numba"])
def path(request, monkeypatch):
    """Runs a test without and with the compiled kernel."""
    if request.param == "plain":
        monkeypatch.setattr("kowairo.scoring.cosine.pair_kernel", lambda: None)
    else:
        pytest.importorskip("numba")
    return request.param


def test_pair_scores_equal_a_naive_loop_on_both_paths(path):
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(50, 192)).astype(np.float32)
    left, right = rng.integers(0, 50, (2, 3000))  # more than one block
    exact = [vectors[i].astype(float) @ vectors[j].astype(float) for i, j in zip(left, right, strict=True)]
    # Sums of 192 float32 products of size 1: 192 roundings of 6e-8 relative to a sum of sizes near 120.
    assert pair_scores(vectors, left, right) == pytest.approx(exact, abs=1e-4)


def test_cosine_pairs_are_exact_to_single_precision_on_both_paths(path):
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(40, 192)) * 100
    left, right = rng.integers(0, 40, (2, 500))
    exact = cosine_scores(vectors[left], vectors[right])
    assert cosine_pairs(vectors, left, right) == pytest.approx(exact, abs=2e-7)
    assert cosine_pairs(vectors, right, left) == pytest.approx(exact, abs=2e-7)


def test_scores_of_no_trial_are_empty(path):
    none = np.array([], dtype=np.int64)
    assert pair_scores(np.ones((2, 3)), none, none).shape == (0,)


@pytest.mark.parametrize("rows", [[-1], [2], [[0]]])
def test_a_row_out_of_range_is_refused_before_it_is_read(path, rows):
    with pytest.raises(InputError, match=r"expected test_rows \(trial,\) in 0\.\.1"):
        pair_scores(np.eye(2), np.array([0]), np.array(rows))


def test_sides_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="got 2 and 1"):
        pair_scores(np.eye(2), np.array([0, 1]), np.array([1]))


def test_pair_scores_leave_their_input_alone(path):
    vectors = np.eye(3)
    before = vectors.copy()
    pair_scores(vectors, np.array([0]), np.array([1]))
    np.testing.assert_array_equal(vectors, before)
