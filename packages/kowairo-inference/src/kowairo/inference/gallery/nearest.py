"""Exact search: the rows, or groups of rows, with the greatest inner products."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

_BLOCK_ROWS = (
    2048  # 200 queries: 1.6 MB of products, which stay in a core's cache until their maxima are taken
)
_CELL_ROWS = 64
_QUERIES_AT_A_TIME = 256
_MOST_PRODUCTS = 1 << 24  # 64 MB, reached only where one group has thousands of rows


@dataclass(frozen=True, eq=False)
class Nearest:
    """Best items of every query.

    Attributes:
        items: (query, k) int64, best first: rows, or groups where rows have groups.
        scores: (query, k) float32, falling.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float32]


def nearest(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    *,
    k: int,
    group_starts: NDArray[np.int64] | None = None,
) -> Nearest:
    """Find the k items with the greatest inner product; with vectors of unit length, the greatest cosine.

    Rows are cut into cells of about 64 that split no group. One pass of matrix products keeps nothing but the
    greatest product in each cell. The k best items lie in the k best cells, since each of those has an item
    that is at least as good as any elsewhere; only these are multiplied again and sorted. So the time does
    not depend on the data, and is that of the matrix product and a pass over products that are still in the
    cache (benchmarks/results/gallery.md). Memory beside the input: 4 bytes per cell and query at a time.

    Args:
        queries: (query, dim), finite.
        vectors: (row, dim), finite, at least one.
        k: Number of items; all of them where there are fewer.
        group_starts: (group,) first row of each group, ascending from 0: then the items are groups, and the
            score of a group is that of its best row.

    Returns:
        Items and scores; equal scores stand in the order of the items. Products are float32: which of two
        that differ by less than 1e-6 comes first, or comes in at all as the last one, is open.

    Raises:
        InputError: Shapes disagree, k is below 1, or the groups are none.
    """
    _check(queries, vectors, k, group_starts)
    starts = np.arange(len(vectors), dtype=np.int64) if group_starts is None else group_starts
    cells = _cells(starts, len(vectors))
    width = min(k, len(starts))
    items = np.empty((len(queries), width), dtype=np.int64)
    scores = np.empty((len(queries), width), dtype=np.float32)
    step = max(1, min(_QUERIES_AT_A_TIME, _MOST_PRODUCTS // int(_extents(cells, len(vectors)).max())))
    for first in range(0, len(queries), step):
        part = slice(first, first + step)
        chunk = np.ascontiguousarray(queries[part], dtype=np.float32)
        maxima = _cell_maxima(chunk, vectors, cells)
        for row, (query, best) in enumerate(zip(chunk, _best_cells(maxima, width), strict=True), start=first):
            items[row], scores[row] = _sorted_items(query, vectors, starts, cells, best, width)
    return Nearest(items, scores)


def _check(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    k: int,
    group_starts: NDArray[np.int64] | None,
) -> None:
    if queries.ndim != 2 or vectors.ndim != 2 or queries.shape[1] != vectors.shape[1] or not len(vectors):
        raise InputError(
            f"expected queries (query, dim) and vectors (row, dim), got {queries.shape}, {vectors.shape}"
        )
    if k < 1:
        raise InputError(f"expected one item or more, got {k}")
    if group_starts is not None and not (
        len(group_starts)
        and group_starts[0] == 0
        and group_starts[-1] < len(vectors)
        and (np.diff(group_starts) > 0).all()
    ):
        raise InputError("expected the first rows of the groups, ascending from 0")


def _cells(starts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """First row of each cell: the first group that begins in each stretch of 64 rows."""
    stretches = np.arange(0, count, _CELL_ROWS)
    firsts = starts[np.minimum(np.searchsorted(starts, stretches), len(starts) - 1)]
    return np.unique(firsts)


def _extents(firsts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.diff(firsts, append=count)


def _cell_maxima(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], cells: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Greatest product of each query in each cell, (query, cell)."""
    maxima = np.empty((len(queries), len(cells)), dtype=np.float32)
    largest = max(_BLOCK_ROWS, int(_extents(cells, len(vectors)).max()))
    buffer = np.empty(len(queries) * largest, dtype=np.float32)
    begin = 0
    while begin < len(cells):
        # Whole cells up to the block's size, at least one.
        limit = int(cells[begin]) + largest
        end = int(np.searchsorted(cells, limit, side="right")) - 1 if limit < len(vectors) else len(cells)
        stop = int(cells[end]) if end < len(cells) else len(vectors)
        rows = vectors[cells[begin] : stop]
        products = buffer[: len(queries) * len(rows)].reshape(len(queries), len(rows))
        np.matmul(queries, rows.T, out=products)
        firsts = cells[begin:end] - cells[begin]
        np.maximum.reduceat(products, firsts, axis=1, out=maxima[:, begin:end])
        begin = end
    return maxima


def _best_cells(maxima: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    if count >= maxima.shape[1]:
        return np.tile(np.arange(maxima.shape[1]), (len(maxima), 1))
    best = np.argpartition(maxima, maxima.shape[1] - count, axis=1)[:, -count:]
    return np.sort(best, axis=1)


def _sorted_items(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    starts: NDArray[np.int64],
    cells: NDArray[np.int64],
    best: NDArray[np.int64],
    width: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Multiply the chosen cells of one query again and sort their items."""
    bounds = np.append(cells, len(vectors))
    rows = np.concatenate([np.arange(bounds[cell], bounds[cell + 1]) for cell in best])
    scores = vectors[rows] @ query
    items = np.searchsorted(starts, rows, side="right") - 1
    changes = np.flatnonzero(np.diff(items, prepend=-1))
    if len(changes) < len(items):
        items, scores = items[changes], np.maximum.reduceat(scores, changes)
    order = np.argsort(-scores, kind="stable")[:width]
    return items[order], scores[order]
