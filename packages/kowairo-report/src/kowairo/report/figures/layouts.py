"""Places of vectors in the plane, and how much of the grouping is in the vectors themselves."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from kowairo.core import InputError
from kowairo.scoring import length_normalize

LayoutMethod = Literal["tsne", "umap"]
"""How vectors are placed: t-SNE of scikit-learn, or UMAP of the extra `[umap]`."""

METHOD_NAMES = {"tsne": "t-SNE", "umap": "UMAP"}
"""Names for people."""
_FEWEST = 4
_NEIGHBOURS = 15
_ROWS = 1024


def lay_out(
    vectors: NDArray[np.float32], *, method: LayoutMethod = "tsne", seed: int = 0
) -> NDArray[np.float64]:
    """Place vectors in the plane so that neighbours by cosine stay neighbours.

    Args:
        vectors: (line, dim), none of them zero.
        method: How.
        seed: Seed of the layout.

    Returns:
        (line, 2), without unit. Fewer than four lines are too few for either method and stand on a circle.

    Raises:
        InputError: The method is unknown, or UMAP is not installed.
    """
    if method not in METHOD_NAMES:
        raise InputError(f"expected a layout of {', '.join(METHOD_NAMES)}, got {method!r}")
    count = len(vectors)
    if count < _FEWEST:
        angle = 2 * np.pi * np.arange(count) / max(count, 1)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    return umap(vectors, seed=seed) if method == "umap" else tsne(vectors, seed=seed)


def tsne(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.float64]:
    """Lay out four vectors or more by t-SNE of cosine distances.

    Args:
        vectors: (line, dim), none of them zero.
        seed: Seed of the layout.

    Returns:
        (line, 2), without unit.

    Source: L. van der Maaten and G. Hinton (2008); perplexity 30, less for few lines.
    """
    perplexity = min(30.0, (len(vectors) - 1) / 3)
    # Euclidean distance of unit vectors orders like cosine distance, and its tree is exact and fast.
    layout = TSNE(perplexity=perplexity, init="pca" if vectors.shape[1] > 1 else "random", random_state=seed)
    return np.asarray(layout.fit_transform(length_normalize(vectors).astype(np.float32)), dtype=np.float64)


def umap(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.float64]:
    """Lay out four vectors or more by UMAP of cosine distances.

    Args:
        vectors: (line, dim), none of them zero.
        seed: Seed of the layout; with it UMAP works on one core.

    Returns:
        (line, 2), without unit.

    Raises:
        InputError: UMAP is not installed.

    Source: L. McInnes, J. Healy and J. Melville (2018); 15 neighbours, less for few lines, min_dist 0.1.
    """
    try:
        from umap import UMAP
    except ImportError as error:
        raise InputError("this layout needs UMAP: pip install 'kowairo-report[umap]'") from error
    count = len(vectors)
    # The spectral start needs more points than eigenvectors; few points start anywhere.
    start = "spectral" if count > _NEIGHBOURS else "random"
    layout = UMAP(
        n_neighbors=min(_NEIGHBOURS, count - 1), metric="cosine", init=start, random_state=seed, n_jobs=1
    )
    return np.asarray(layout.fit_transform(vectors), dtype=np.float64)


def nearest_agreement(vectors: NDArray[np.float32], speakers: Sequence[str]) -> float:
    """Share of lines whose nearest other line, by cosine, is of the same speaker.

    A number beside a map: it is taken from the vectors, so the layout has no part in it.

    Args:
        vectors: (line, dim), none of them zero.
        speakers: Speaker of each line.

    Returns:
        Share in [0, 1] of the lines whose speaker has another line; NaN where there are none.
    """
    unit = length_normalize(vectors).astype(np.float32)
    names, owners = np.unique(np.asarray(speakers), return_inverse=True)
    several = np.bincount(owners, minlength=len(names))[owners] > 1
    nearest = np.empty(len(unit), dtype=np.int64)
    for start in range(0, len(unit), _ROWS):
        products = unit[start : start + _ROWS] @ unit.T
        rows = np.arange(len(products))
        products[rows, start + rows] = -np.inf
        nearest[start : start + _ROWS] = products.argmax(axis=1)
    if not several.any():
        return float("nan")
    return float((owners[nearest] == owners)[several].mean())
