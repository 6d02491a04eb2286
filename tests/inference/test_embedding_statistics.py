import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference.embedding_statistics import STATISTICS_NAME, EmbeddingStatistics


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    return rng.standard_normal((2000, 6)) * [3, 2, 1, 1, 1, 1] + [4, 0, 0, 0, 0, 0]


def test_typical_lines_have_a_distance_near_one(vectors):
    distances = EmbeddingStatistics.fit(vectors).distances(vectors)
    # The shrinkage takes a little away from the mean square, which is 1 without it.
    assert 0.85 < np.sqrt(np.mean(distances**2)) <= 1.0


def test_one_line_of_a_hundred_is_beyond_the_limit(vectors):
    statistics = EmbeddingStatistics.fit(vectors)
    assert np.mean(statistics.distances(vectors) > statistics.limit) == pytest.approx(0.01, abs=0.001)


def test_without_shrinkage_it_is_mahalanobis_distance(vectors, monkeypatch):
    monkeypatch.setattr("kowairo.inference.embedding_statistics._SHRINKAGE", 0.0)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    centred = units - units.mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / len(units))
    expected = np.sqrt(np.einsum("ni,ij,nj->n", centred, inverse, centred) / 6)
    np.testing.assert_allclose(EmbeddingStatistics.fit(vectors).distances(vectors), expected, rtol=1e-9)


def test_what_lies_the_other_way_is_farther_than_the_limit(vectors):
    statistics = EmbeddingStatistics.fit(vectors + np.array([6, 0, 0, 0, 0, 0]))
    assert statistics.distances([[-4.0, 0, 0, 0, 0, 0]])[0] > statistics.limit


def test_the_length_of_a_vector_plays_no_part(vectors):
    statistics = EmbeddingStatistics.fit(vectors)
    np.testing.assert_allclose(statistics.distances(7 * vectors[:5]), statistics.distances(vectors[:5]))


def test_statistics_are_saved_and_opened(vectors, tmp_path):
    fitted = EmbeddingStatistics.fit(vectors)
    fitted.save(tmp_path)
    opened = EmbeddingStatistics.load(tmp_path)
    np.testing.assert_allclose(opened.distances(vectors[:9]), fitted.distances(vectors[:9]), rtol=1e-5)
    assert opened.limit == fitted.limit


def test_a_folder_without_statistics_has_none(tmp_path):
    assert EmbeddingStatistics.load(tmp_path) is None


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / STATISTICS_NAME).write_bytes(b"no archive")
    with pytest.raises(InputError, match="not saved embedding statistics"):
        EmbeddingStatistics.load(tmp_path)


def test_arrays_that_do_not_fit_are_refused(tmp_path):
    np.savez(tmp_path / STATISTICS_NAME, mean=np.zeros(3), whitening=np.zeros((2, 2)), limit=1.0)
    with pytest.raises(InputError, match="do not fit together"):
        EmbeddingStatistics.load(tmp_path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.ones((30, 4)), "all the same"),
        (np.eye(4), "at least 20"),
        (np.zeros((30, 4)), "not zero"),
        (np.full((30, 4), np.nan), "finite"),
    ],
)
def test_what_statistics_cannot_be_fitted_on_is_refused(rows, message):
    with pytest.raises(InputError, match=message):
        EmbeddingStatistics.fit(rows)


def test_another_dimension_is_refused(vectors):
    with pytest.raises(InputError, match="expected embeddings of 6 dimensions, got 5"):
        EmbeddingStatistics.fit(vectors).distances(np.ones((1, 5)))
