"""A map of a gallery: every reference a point, those that sound alike near each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from kowairo.core import InputError

from ..gallery import Gallery, ReferenceFacts, References

MAX_POINTS = 1500
_MAX_VOICES = 300
_FEWEST_FOR_TSNE = 5


@dataclass(frozen=True)
class MapPoint:
    """One reference on the map."""

    facts: ReferenceFacts
    """Which it is."""
    x: float
    """In -1..1."""
    y: float
    """In -1..1."""


def gallery_map(gallery: Gallery, *, max_points: int = MAX_POINTS, seed: int = 0) -> list[MapPoint]:
    """Lay out the references of a gallery in the plane.

    With more references than points, every voice gets its share. With more than 300 voices, only so many of
    them are shown, evenly spread over the names; a voice that is removed meanwhile is left out.

    Args:
        gallery: The gallery.
        max_points: Most references shown.
        seed: Of the layout.
    """
    names = [voice.name for voice in gallery.voices()]
    shown = [names[row] for row in spread_evenly(len(names), _MAX_VOICES)]
    if not shown:
        return []
    share = max(1, max_points // len(shown))
    read = [one for name in shown if (one := _share_of(gallery, name, share)) is not None]
    if not any(map(len, read)):
        return []
    places = layout(np.concatenate([one.vectors for one in read]), seed=seed)
    facts = [one for references in read for one in references.facts]
    return [MapPoint(one, float(x), float(y)) for one, (x, y) in zip(facts, places.tolist(), strict=True)]


def _share_of(gallery: Gallery, name: str, share: int) -> References | None:
    """Some references of a voice, None if others have removed it since the voices were listed."""
    try:
        stored = gallery.stored(name)
    except InputError:
        return None
    return stored.subset(spread_evenly(len(stored), share))


def spread_evenly(count: int, most: int) -> Sequence[int]:
    """At most so many numbers below a count, evenly spread."""
    if count <= most:
        return range(count)
    return [number * count // most for number in range(most)]


def layout(vectors: NDArray[np.float32], *, seed: int = 0) -> NDArray[np.float64]:
    """Places of vectors by t-SNE of their cosines; fewer than five stand by their principal components.

    Source: van der Maaten and Hinton (2008), as scikit-learn has it.

    Args:
        vectors: (reference, dim), none of them zero.
        seed: Of the layout.

    Returns:
        (reference, 2) in -1..1, centred.
    """
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    count, dim = unit.shape
    if count >= _FEWEST_FOR_TSNE and dim > 1:
        perplexity = min(30.0, (count - 1) / 3.0)
        places = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(unit)
    else:
        centred = unit - unit.mean(axis=0)
        left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
        places = np.zeros((count, 2))
        places[:, : min(2, len(sizes))] = (left * sizes)[:, :2]
    places = np.asarray(places, dtype=np.float64) - np.mean(places, axis=0)
    largest = float(np.abs(places).max(initial=0.0))
    scaled: NDArray[np.float64] = places / largest if largest > 0.0 else places
    return scaled
