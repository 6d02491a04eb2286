import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.cosine import length_normalize
from kowairo.scoring.normalization import Cohort


def test_a_cohort_of_utterances_keeps_every_row_at_unit_length():
    cohort = Cohort.of_utterances([[3, 4], [0, 2]], ["a", "b"])
    assert cohort.vectors.tolist() == [[0.6, 0.8], [0.0, 1.0]]
    assert (len(cohort), cohort.speakers) == (2, ("a", "b"))


def test_a_cohort_of_speakers_averages_directions_not_lengths():
    cohort = Cohort.of_speakers([[100, 0], [0, 1], [1, 0]], ["b", "b", "a"])
    assert cohort.speakers == ("a", "b")
    assert cohort.vectors == pytest.approx(np.array([[1, 0], [np.sqrt(0.5), np.sqrt(0.5)]]))


def test_same_speaker_marks_the_rows_of_each_speaker():
    cohort = Cohort.of_utterances(np.eye(3), ["a", "b", "a"])
    assert cohort.same_speaker(["a", "c"]).tolist() == [[True, False, True], [False, False, False]]
    assert not Cohort.of_utterances(np.eye(3)).same_speaker(["a"]).any()


def test_a_cohort_of_raw_means_lets_long_vectors_weigh_more():
    cohort = Cohort.of_speakers([[3, 0], [0, 1], [1, 0]], ["b", "b", "a"], average="raw")
    assert cohort.vectors[1] == pytest.approx(np.array([1.5, 0.5]) / np.sqrt(2.5))
    assert cohort.lengths == pytest.approx([1, np.sqrt(2.5)])


def test_a_mean_is_subtracted_from_the_cohort_and_from_what_is_measured():
    cohort = Cohort.of_utterances([[2.0, 1.0], [1.0, 3.0]], mean=[1.0, 1.0])
    assert cohort.vectors.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert cohort.project([[4.0, 5.0]]) == pytest.approx(np.array([[0.6, 0.8]]))


def test_clusters_know_all_their_speakers():
    vectors = [[1, 0], [1, 0.1], [0, 1], [0.1, 1]]
    cohort = Cohort.of_clusters(vectors, ["a", "b", "b", "c"], num_rows=2, seed=0)
    assert sorted(cohort.members) == [("a", "b"), ("b", "c")]
    assert cohort.same_speaker(["b", "a", "x"]).sum(axis=1).tolist() == [2, 1, 0]
    assert Cohort.of_clusters(vectors, num_rows=2, seed=0).members is None


def test_scores_are_cosines_in_two_parts():
    rng = np.random.default_rng(0)
    cohort, unit = Cohort.of_utterances(rng.normal(size=(30, 5))), length_normalize(rng.normal(size=(4, 5)))
    scores, constant = cohort.scores(unit)
    assert scores.dtype == np.float32
    assert scores + constant[:, None] == pytest.approx(unit @ cohort.vectors.T, abs=1e-6)


def test_scores_of_vectors_that_nearly_agree_keep_their_spread():
    # cosines spread by 1e-5 about 1: a plain product in single precision would leave two digits of that
    rng = np.random.default_rng(0)
    center = np.array([2.0, 1, 0, 1, 1])
    cohort = Cohort.of_utterances(center + 1e-2 * rng.normal(size=(300, 5)))
    unit = cohort.project(center + 1e-2 * rng.normal(size=(3, 5)))
    exact = unit @ cohort.vectors.T
    scores, constant = cohort.scores(unit)
    error = np.abs(scores + constant[:, None] - exact).max()
    assert error < 1e-4 * exact.std()


def test_euclidean_scores_are_negative_distances_from_rows_that_were_not_scaled():
    cohort = Cohort.of_speakers([[1, 0], [0, 1], [0, 1]], ["a", "a", "b"], similarity="euclidean")
    scores, _ = cohort.scores(np.array([[0.0, 1.0]]))
    assert scores == pytest.approx(np.array([[-np.sqrt(0.5), 0.0]]))


def test_rows_are_normed_by_the_other_rows_of_other_speakers():
    vectors = np.random.default_rng(0).normal(size=(6, 4))
    cohort = Cohort.of_utterances(vectors, ["a", "a", "b", "b", "c", "d"])
    unit = cohort.project([[1.0, 2.0, 3.0, 4.0]])
    normed = []
    for row, speaker in zip(cohort.vectors, cohort.speakers, strict=True):
        others = [
            row @ other
            for other, name in zip(cohort.vectors, cohort.speakers, strict=True)
            if name != speaker
        ]
        normed.append((unit[0] @ row - np.mean(others)) / np.std(others))
    none = (np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    mean, std = cohort.normed_moments(ddof=0).of(np.append(unit, [[1.0]], axis=1), none, ddof=0)
    assert (mean[0], std[0]) == pytest.approx((np.mean(normed), np.std(normed)))


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[1.0, np.nan], [1, 1]], "row 7 is not finite or all zero"),
        ([[1.0, 1], [0, 0]], "row 8 is not finite or all zero"),
        ([[1.0, 1, 1]], "cohort's 2 dims, got 3"),
    ],
)
def test_embeddings_that_cannot_be_measured_are_named(vectors, message):
    with pytest.raises(InputError, match=message):
        Cohort.of_utterances(np.eye(2)).project(vectors, first_row=7)


def test_options_of_a_cohort_are_checked():
    with pytest.raises(InputError, match="average unit or raw, got 'mean'"):
        Cohort.of_speakers(np.eye(2), ["a", "b"], average="mean")
    with pytest.raises(InputError, match="similarity cosine or euclidean, got 'l1'"):
        Cohort.of_utterances(np.eye(2), similarity="l1")
    with pytest.raises(InputError, match=r"finite mean of shape \(2,\), got shape \(3,\)"):
        Cohort.of_utterances(np.eye(2), mean=np.zeros(3))
    with pytest.raises(InputError, match="compared by cosine, got euclidean"):
        Cohort.of_utterances(np.eye(2), similarity="euclidean").normed_moments(ddof=0)


def test_a_cohort_of_one_row_or_of_wrong_labels_is_refused():
    with pytest.raises(InputError, match="two or more rows, got 1"):
        Cohort.of_utterances([[1.0, 0.0]])
    with pytest.raises(InputError, match="one speaker per cohort row"):
        Cohort.of_utterances(np.eye(2), ["a"])
