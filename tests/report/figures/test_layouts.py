import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.report.figures.layouts import lay_out, nearest_agreement


@pytest.fixture
def two_groups():
    rng = np.random.default_rng(0)
    return (np.repeat(np.eye(8), 10, axis=0)[:20] + 0.01 * rng.normal(size=(20, 8))).astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_few_lines_still_have_places(count):
    vectors = np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
    places = lay_out(vectors, seed=0)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()


@pytest.mark.parametrize("method", ["tsne", pytest.param("umap", marks=pytest.mark.slow)])
def test_clusters_stay_clusters(two_groups, method):
    if method == "umap":
        pytest.importorskip("umap")
    places = lay_out(two_groups, method=method, seed=0)
    gap = np.linalg.norm(places[:10].mean(axis=0) - places[10:].mean(axis=0))
    assert gap > 2 * places[:10].std(axis=0).max()


def test_an_unknown_way_is_refused(two_groups):
    with pytest.raises(InputError, match="expected a layout of tsne, umap, got 'pca'"):
        lay_out(two_groups, method="pca")


def test_without_umap_a_line_says_what_to_install(two_groups, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "umap", None)
    with pytest.raises(InputError, match=r"pip install 'kowairo-report\[umap\]'"):
        lay_out(two_groups, method="umap")


def test_agreement_of_a_small_example_by_hand():
    vectors = np.array([[1, 0], [2, 0.1], [0, 1], [0.1, 3], [1, 0.9]], dtype=np.float32)
    # The last line of b lies between and is nearer to the second line of a.
    assert nearest_agreement(vectors, ["a", "a", "b", "b", "b"]) == pytest.approx(4 / 5)
    # A speaker with one line cannot be right and is not counted.
    assert nearest_agreement(vectors, ["a", "a", "b", "b", "c"]) == 1.0


def test_agreement_is_that_of_a_loop():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(40, 4)).astype(np.float32)
    owners = [f"s{n}" for n in rng.integers(0, 5, 40)]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    right = []
    for row in range(40):
        others = [other for other in range(40) if other != row]
        nearest = max(others, key=lambda other: unit[row] @ unit[other])
        right.append(owners[nearest] == owners[row])
    assert nearest_agreement(vectors, owners) == pytest.approx(np.mean(right))


def test_without_second_lines_there_is_no_agreement():
    assert np.isnan(nearest_agreement(np.eye(3, dtype=np.float32), ["a", "b", "c"]))
    assert np.isnan(nearest_agreement(np.empty((0, 3), dtype=np.float32), []))
