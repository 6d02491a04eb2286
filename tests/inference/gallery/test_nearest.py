import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.inference.gallery.nearest import nearest


def vectors_of(seed, rows, dim=12):
    return np.random.default_rng(seed).standard_normal((rows, dim)).astype(np.float32)


def by_sorting(queries, vectors, k, starts=None):
    """Items and scores by the whole matrix of products."""
    products = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    if starts is not None:
        products = np.maximum.reduceat(products, starts, axis=1)
    items = np.argsort(-products, axis=1, kind="stable")[:, :k]
    return items, np.take_along_axis(products, items, axis=1)


def test_the_best_rows_of_a_small_example():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    found = nearest(np.array([[1, 0], [0, -1]], dtype=np.float32), vectors, k=2)
    assert found.items.tolist() == [[0, 2], [0, 3]]
    np.testing.assert_allclose(found.scores, [[1.0, 0.6], [0.0, 0.0]])


def test_the_best_groups_are_those_of_the_best_rows():
    vectors = np.array([[1, 0], [0.9, 0], [0, 1], [0.5, 0]], dtype=np.float32)
    found = nearest(np.array([[1, 0]], dtype=np.float32), vectors, k=2, group_starts=np.array([0, 2, 3]))
    assert (found.items.tolist(), found.scores.tolist()) == ([[0, 2]], [[1.0, 0.5]])


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6), rows=st.integers(1, 3000), queries=st.integers(1, 300), k=st.integers(1, 70)
)
def test_rows_are_those_that_sorting_all_products_gives(seed, rows, queries, k):
    asked, vectors = vectors_of(seed, queries), vectors_of(seed + 1, rows)
    found = nearest(asked, vectors, k=k)
    items, scores = by_sorting(asked, vectors, k)
    np.testing.assert_allclose(found.scores, scores, atol=1e-5)
    # Neighbours closer than the rounding of a product may stand in either order.
    products = np.einsum("qd,qkd->qk", asked, vectors[found.items])
    np.testing.assert_allclose(products, scores, atol=1e-5)
    assert (found.items == items).mean() > 0.99


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    k=st.integers(1, 9),
)
def test_groups_are_those_that_sorting_all_products_gives(seed, sizes, k):
    vectors, asked = vectors_of(seed, sum(sizes)), vectors_of(seed + 1, 5)
    starts = np.cumsum([0, *sizes[:-1]])
    found = nearest(asked, vectors, k=k, group_starts=starts)
    items, scores = by_sorting(asked, vectors, k, starts)
    np.testing.assert_allclose(found.scores, scores, atol=1e-5)
    assert (found.items == items).all()


def test_a_group_larger_than_a_block_is_searched_whole():
    vectors = vectors_of(3, 5000)
    starts = np.array([0, 100, 4900])
    found = nearest(vectors[4800:4801], vectors, k=1, group_starts=starts)
    assert found.items.tolist() == [[1]]


def test_equal_scores_keep_the_order_of_the_items():
    found = nearest(np.ones((1, 3), dtype=np.float32), np.ones((500, 3), dtype=np.float32), k=4)
    assert found.items.tolist() == [sorted(set(found.items[0].tolist()))]


def test_rows_in_rising_order_of_their_scores_are_found_too():
    vectors = np.linspace(0, 1, 10_000, dtype=np.float32)[:, None]
    assert nearest(np.ones((1, 1), dtype=np.float32), vectors, k=3).items.tolist() == [[9999, 9998, 9997]]


@pytest.mark.parametrize(
    ("queries", "vectors", "k", "starts", "message"),
    [
        ((2, 3), (5, 4), 1, None, "expected queries"),
        ((2, 3), (0, 3), 1, None, "expected queries"),
        ((2, 3), (5, 3), 0, None, "one item or more"),
        ((2, 3), (5, 3), 1, [1, 3], "first rows of the groups"),
        ((2, 3), (5, 3), 1, [0, 3, 3], "first rows of the groups"),
        ((2, 3), (5, 3), 1, [0, 5], "first rows of the groups"),
    ],
)
def test_what_cannot_be_searched_is_refused(queries, vectors, k, starts, message):
    groups = None if starts is None else np.array(starts)
    arrays = (np.zeros(shape, dtype=np.float32) for shape in (queries, vectors))
    with pytest.raises(InputError, match=message):
        nearest(*arrays, k=k, group_starts=groups)
