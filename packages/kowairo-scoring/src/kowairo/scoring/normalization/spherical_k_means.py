"""K-means of directions, for cohorts of few rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring.cosine import length_normalize

_MAX_ITERATIONS = 50
_BLOCK_CELLS = 8_000_000  # scores held at a time: 32 MB of float32


def spherical_k_means(
    unit: NDArray[np.float64], num_clusters: int, *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cluster unit vectors by cosine: each center is the direction of the mean of its vectors.

    The first centers are distinct vectors drawn at random. A center that loses all its vectors takes over
    the one that fits its own center worst, so that no cluster ends empty.

    Args:
        unit: (n, dim), rows of length 1.
        num_clusters: Clusters, 1 to n.
        seed: Seed of the draw.

    Returns:
        Centers (num_clusters, dim) of length 1, and the cluster of each row (n,).

    Raises:
        InputError: ``num_clusters`` is out of range.

    Source: I. S. Dhillon, D. S. Modha, 2001. The iteration stops when no row moves, or after 50 rounds.
    """
    if not 1 <= num_clusters <= len(unit):
        raise InputError(f"expected 1 to {len(unit)} clusters, got {num_clusters}")
    first = np.random.default_rng(seed).choice(len(unit), num_clusters, replace=False)
    centers, clusters = unit[first], np.full(len(unit), -1, dtype=np.int64)
    for _ in range(_MAX_ITERATIONS):
        before = clusters
        clusters = _filled(*_nearest(unit, centers), num_clusters)
        if np.array_equal(before, clusters):
            break
        centers = length_normalize(group_means(unit, clusters, num_clusters))
    return centers, clusters


def group_means(
    matrix: NDArray[np.float64], groups: NDArray[np.int64], num_groups: int
) -> NDArray[np.float64]:
    """Mean of the rows of each group: (num_groups, dim); every group has a row."""
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups, minlength=num_groups)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means: NDArray[np.float64] = np.add.reduceat(matrix[order], starts, axis=0) / counts[:, None]
    return means


def _nearest(
    unit: NDArray[np.float64], centers: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the center of each row with the highest cosine, and that cosine."""
    best, cosines = np.empty(len(unit), dtype=np.int64), np.empty(len(unit))
    step = max(1, _BLOCK_CELLS // len(centers))
    targets = centers.T.astype(np.float32)
    for start in range(0, len(unit), step):
        rows = slice(start, start + step)
        scores = unit[rows].astype(np.float32) @ targets
        best[rows] = scores.argmax(axis=1)
        cosines[rows] = scores.max(axis=1)
    return best, cosines


def _filled(
    clusters: NDArray[np.int64], cosines: NDArray[np.float64], num_clusters: int
) -> NDArray[np.int64]:
    """Give every empty cluster the worst-fitting row of a cluster that can spare one."""
    counts = np.bincount(clusters, minlength=num_clusters)
    worst = iter(np.argsort(cosines, kind="stable"))
    for cluster in np.flatnonzero(counts == 0):
        row = next(row for row in worst if counts[clusters[row]] > 1)
        counts[clusters[row]] -= 1
        counts[cluster] = 1
        clusters[row] = cluster
    return clusters
