import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.cosine import length_normalize
from kowairo.scoring.normalization.spherical_k_means import group_means, spherical_k_means


def bunches(*, num_bunches=5, size=40, seed=0):
    rng = np.random.default_rng(seed)
    centers = length_normalize(rng.normal(size=(num_bunches, 8)))
    return length_normalize(
        np.repeat(centers, size, axis=0) + 0.05 * rng.normal(size=(num_bunches * size, 8))
    )


def test_means_of_hand_worked_groups():
    means = group_means(np.array([[1.0, 0.0], [0.0, 4.0], [3.0, 0.0]]), np.array([0, 1, 0]), 2)
    assert means.tolist() == [[2.0, 0.0], [0.0, 4.0]]


def test_every_row_ends_at_its_nearest_center_and_every_center_at_the_direction_of_its_rows():
    unit = bunches()
    centers, clusters = spherical_k_means(unit, 7, seed=1)
    assert np.array_equal((unit @ centers.T).argmax(axis=1), clusters)
    for cluster in range(7):
        assert centers[cluster] == pytest.approx(
            length_normalize([unit[clusters == cluster].mean(axis=0)])[0]
        )


def test_equal_seeds_give_equal_clusters_and_no_cluster_is_empty():
    unit = np.repeat(bunches(size=1), 6, axis=0)  # 30 rows, 5 of them distinct
    for seed in range(5):
        centers, clusters = spherical_k_means(unit, 9, seed=seed)
        again, _ = spherical_k_means(unit, 9, seed=seed)
        assert np.array_equal(centers, again)
        assert set(clusters.tolist()) == set(range(9))


def test_as_many_clusters_as_rows_are_the_rows_themselves():
    unit = bunches(size=2)
    centers, clusters = spherical_k_means(unit, len(unit), seed=0)
    assert centers[clusters] == pytest.approx(unit)


@pytest.mark.parametrize("num_clusters", [0, 11])
def test_a_number_of_clusters_out_of_range_is_refused(num_clusters):
    with pytest.raises(InputError, match="expected 1 to 10 clusters"):
        spherical_k_means(bunches(size=2), num_clusters, seed=0)
