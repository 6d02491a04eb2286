import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.scoring.normalization import _top_values
from kowairo.scoring.normalization._top_values import top_values


def by_sorting(scores, top_n):
    return np.sort(scores, axis=1)[:, -top_n:]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("width", "top_n"), [(7, 7), (50, 3), (2000, 1), (5000, 300), (9000, 20)])
def test_the_highest_values_equal_those_of_a_sort(width, top_n, dtype):
    scores = np.random.default_rng(0).normal(size=(13, width)).astype(dtype)
    before = scores.copy()
    top = top_values(scores, top_n)
    assert top.dtype == dtype
    assert np.array_equal(np.sort(top, axis=1), by_sorting(before, top_n))
    assert np.array_equal(scores, before)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from(["ties", "masked", "spikes", "sorted"]))
def test_no_shape_of_scores_makes_the_guess_of_the_threshold_matter(seed, top_n, shape):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(6, 2500)).astype(np.float32)
    if shape == "ties":
        scores = np.round(scores)
    elif shape == "masked":
        scores[rng.random(scores.shape) < 0.995] = -np.inf
    elif shape == "spikes":  # all of them in columns that the guess looks at
        scores[:, :100:2] += 10
    else:
        scores.sort(axis=1)
    assert np.array_equal(np.sort(top_values(scores, top_n), axis=1), by_sorting(scores, top_n))


def test_rows_whose_guess_is_too_high_are_searched_whole(monkeypatch):
    monkeypatch.setattr(_top_values, "_MARGIN_SDS", -3.0)
    scores = np.random.default_rng(0).normal(size=(40, 4000))
    assert np.array_equal(np.sort(top_values(scores, 100), axis=1), by_sorting(scores, 100))
