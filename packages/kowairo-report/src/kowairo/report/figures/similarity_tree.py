"""Characters in groups: a tree of their similarities, and the order that it gives them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform


@dataclass(frozen=True, eq=False)
class SimilarityTree:
    """A tree over characters.

    Attributes:
        order: (speaker,) numbers of the characters from left to right.
        branches: (merge, 4, 2) corners of each branch: place, counted in characters from 0, and height,
            which is 1 - the mean cosine between the two groups.
    """

    order: NDArray[np.int64]
    branches: NDArray[np.float64]


def similarity_tree(cosines: NDArray[np.float64]) -> SimilarityTree:
    """Group characters by average linkage, neighbours in the order as alike as the tree allows.

    Args:
        cosines: (speaker, speaker), symmetric.

    Returns:
        The tree; with fewer than two characters it has no branches.

    Source: R. Sokal and C. Michener (1958), average linkage; Z. Bar-Joseph et al. (2001), leaf order.
    """
    count = len(cosines)
    if count < 2:
        return SimilarityTree(np.arange(count), np.empty((0, 4, 2)))
    distances = np.clip(1.0 - (cosines + cosines.T) / 2, 0.0, None)
    np.fill_diagonal(distances, 0.0)
    merges = linkage(squareform(distances, checks=False), method="average", optimal_ordering=True)
    drawn = dendrogram(merges, no_plot=True)
    # SciPy puts the leaves at 5, 15, 25 ...
    places = (np.array(drawn["icoord"]) - 5.0) / 10.0
    return SimilarityTree(
        np.array(drawn["leaves"], dtype=np.int64), np.stack([places, np.array(drawn["dcoord"])], axis=2)
    )
