import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.inference.gallery import VoiceMatrix
from kowairo.inference.gallery.voice_matrix import unit_vectors


def build(blocks, scoring, dim=4):
    """Matrix of blocks of (names, vectors)."""
    names = [(given, np.ones(len(given), dtype=np.int64)) for given, _ in blocks]
    return VoiceMatrix.build(names, lambda: blocks, dim=dim, scoring=scoring)


def random_blocks(seed, sizes):
    rng = np.random.default_rng(seed)
    names = rng.permutation([f"v{number}" for number, size in enumerate(sizes) for _ in range(size)]).tolist()
    vectors = rng.standard_normal((len(names), 4)).astype(np.float32)
    cut = len(names) // 2
    return [(names[:cut], vectors[:cut]), (names[cut:], vectors[cut:])]


def by_loop(blocks, query, scoring):
    """Score of every voice, one reference at a time."""
    references = {}
    for names, vectors in blocks:
        for name, vector in zip(names, vectors.astype(np.float64), strict=True):
            references.setdefault(name, []).append(vector / np.linalg.norm(vector))
    unit = query / np.linalg.norm(query)
    scores = {}
    for name, own in references.items():
        cosines = [float(unit @ one) for one in own]
        centroid = np.mean(own, axis=0)
        scores[name] = {
            "mean": np.mean(cosines),
            "max": np.max(cosines),
            "centroid": unit @ centroid / np.linalg.norm(centroid),
        }[scoring]
    return scores


@pytest.mark.parametrize("scoring", ["centroid", "mean", "max"])
@given(seed=st.integers(0, 10**6), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_scores_are_those_of_a_loop_over_the_references(scoring, seed, sizes):
    blocks = random_blocks(seed, sizes)
    query = np.random.default_rng(seed + 1).standard_normal((1, 4)).astype(np.float32)
    matrix = build(blocks, scoring)
    found = matrix.nearest(query, k=len(sizes))
    expected = by_loop(blocks, query[0], scoring)
    scores = {matrix.names[item]: score for item, score in zip(found.items[0], found.scores[0], strict=True)}
    assert scores.keys() == expected.keys()
    for name, score in expected.items():
        assert scores[name] == pytest.approx(score, abs=1e-5)


def test_a_small_example_by_hand():
    east, north = np.array([1, 0, 0, 0]), np.array([0, 2, 0, 0])
    blocks = [(["a", "b"], np.array([east, east])), (["a"], np.array([north]))]
    blocks = [(names, vectors.astype(np.float32)) for names, vectors in blocks]
    query = east[None].astype(np.float32)
    scores = {
        one: build(blocks, one).nearest(query, k=2).scores.tolist() for one in ("centroid", "mean", "max")
    }
    assert scores["centroid"] == [[1.0, pytest.approx(0.5**0.5)]]
    assert scores["mean"] == [[1.0, pytest.approx(0.5)]]
    assert scores["max"] == [[1.0, 1.0]]


def test_rows_of_one_voice_are_its_references_or_their_mean():
    blocks = random_blocks(0, [2, 3])
    assert build(blocks, "max").own_rows(1).shape == (3, 4)
    assert build(blocks, "centroid").own_rows(1).shape == (1, 4)


def test_references_that_cancel_out_score_nothing():
    opposite = np.array([[1, 0, 0, 0], [-1, 0, 0, 0]], dtype=np.float32)
    matrix = build([(["a", "a"], opposite)], "centroid")
    assert matrix.nearest(opposite[:1], k=1).scores.tolist() == [[0.0]]


def test_an_unknown_scoring_is_refused():
    with pytest.raises(InputError, match="scoring is one of centroid, mean, max"):
        build(random_blocks(0, [1]), "median")


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_vectors_without_direction_have_no_unit_length(bad):
    with pytest.raises(InputError, match="zero or not finite"):
        unit_vectors(np.full((1, 4), bad, dtype=np.float32))
