import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kowairo.core import InputError
from kowairo.scoring import cosine_scores, length_normalize
from kowairo.scoring.cosine import pair_scores


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
