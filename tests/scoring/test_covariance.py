import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.covariance import (
    as_training,
    check_definite,
    fix_signs,
    scatter_matrices,
    shrink,
    speaker_means,
    symmetric_power,
    total_covariance,
    within_covariance,
)
from kowairo.testing.scoring import toy_speakers


def test_scatter_of_two_hand_worked_speakers():
    vectors = [[0, 0], [2, 0], [4, 6], [4, 2]]  # means (1, 0) and (4, 4), mean of all (2.5, 2)
    within, between = scatter_matrices(vectors, ["a", "a", "b", "b"])
    assert within == pytest.approx(np.array([[0.5, 0.0], [0.0, 2.0]]))
    assert between == pytest.approx(np.array([[2.25, 3.0], [3.0, 4.0]]))


def test_scatter_of_speakers_of_unequal_size_equals_a_naive_loop():
    vectors, speakers = toy_speakers(dim=5)
    vectors, speakers = vectors[:-4], speakers[:-4]
    within, between, mean = np.zeros((5, 5)), np.zeros((5, 5)), vectors.mean(axis=0)
    for name in set(speakers):
        rows = vectors[[s == name for s in speakers]]
        within += sum(np.outer(x - rows.mean(axis=0), x - rows.mean(axis=0)) for x in rows)
        between += len(rows) * np.outer(rows.mean(axis=0) - mean, rows.mean(axis=0) - mean)
    ours = scatter_matrices(vectors, speakers)
    assert ours[0] == pytest.approx(within / len(vectors))
    assert ours[1] == pytest.approx(between / len(vectors))
    assert ours[0] + ours[1] == pytest.approx(total_covariance(vectors))
    assert total_covariance(vectors) == pytest.approx(np.cov(vectors.T, ddof=0))


def test_within_covariance_by_speaker_is_the_mean_of_their_covariances():
    vectors, speakers = toy_speakers(num_speakers=4, each=5, dim=3)
    vectors, speakers = np.vstack([vectors[:-3], [[9.0, 9.0, 9.0]]]), [*speakers[:-3], "single"]
    own = [np.cov(vectors[[s == name for s in speakers]].T, ddof=0) for name in ("s00", "s01", "s02", "s03")]
    assert within_covariance(vectors, speakers, weighting="speaker") == pytest.approx(np.mean(own, axis=0))
    pooled = within_covariance(vectors, speakers, weighting="utterance")
    assert pooled == pytest.approx(scatter_matrices(vectors, speakers)[0])


def test_means_counts_and_numbers_of_speakers():
    means, counts, index = speaker_means(np.array([[1.0], [2.0], [3.0]]), ["b", "a", "b"])
    assert (means.tolist(), counts.tolist(), index.tolist()) == ([[2.0], [2.0]], [1, 2], [1, 0, 1])


def test_shrinkage_keeps_the_trace_and_ends_in_the_scaled_identity():
    covariance = np.array([[3.0, 1.0], [1.0, 1.0]])
    assert shrink(covariance, 0.0) == pytest.approx(covariance)
    assert shrink(covariance, 0.5) == pytest.approx(np.array([[2.5, 0.5], [0.5, 1.5]]))
    assert shrink(covariance, 1.0) == pytest.approx(2 * np.eye(2))


def test_powers_of_a_covariance_multiply_as_numbers_do():
    covariance = total_covariance(toy_speakers(dim=4)[0])
    root = symmetric_power(covariance, 0.5, name="total")
    inverse = symmetric_power(covariance, -1.0, name="total")
    assert root @ root == pytest.approx(covariance)
    assert inverse == pytest.approx(np.linalg.inv(covariance))
    assert root == pytest.approx(root.T)


def test_a_singular_covariance_has_a_root_but_no_inverse():
    flat = np.diag([1.0, 0.0])
    assert symmetric_power(flat, 0.5, name="target") == pytest.approx(flat)
    with pytest.raises(InputError, match="the source covariance is singular"):
        symmetric_power(flat, -0.5, name="source")
    with pytest.raises(InputError, match="singular"):
        check_definite(np.zeros(3), name="total")


def test_the_largest_entry_of_a_column_becomes_positive():
    assert fix_signs(np.array([[1.0, -1.0], [-2.0, 0.5]])).tolist() == [[-1.0, 1.0], [2.0, -0.5]]


def test_training_data_that_says_nothing_is_refused():
    with pytest.raises(InputError, match="got none"):
        as_training(np.zeros((0, 3)))
    with pytest.raises(InputError, match="got 3 with one each"):
        within_covariance(np.eye(3), ["a", "b", "c"], weighting="speaker")
    with pytest.raises(InputError, match="got 1 speakers in 3"):
        scatter_matrices(np.eye(3), ["a", "a", "a"])
