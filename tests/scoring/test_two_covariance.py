import numpy as np
import pytest
from scipy.stats import multivariate_normal

from kowairo.core import InputError
from kowairo.scoring.two_covariance import (
    SpeakerStatistics,
    TwoCovariance,
    diagonalize,
    estimate_two_covariance,
    log_likelihood,
)
from kowairo.testing.scoring import toy_speakers


def _unequal(dim=3):
    vectors, speakers = toy_speakers(num_speakers=7, each=5, dim=dim, spread=0.7)
    return vectors[:-6], speakers[:-6]


def _covariance(dim, seed):
    root = np.random.default_rng(seed).normal(size=(dim, dim))
    return root @ root.T + 0.1 * np.eye(dim)


def _kaldi_step(vectors, speakers, mean, within, between):
    """One update of Kaldi's estimator, written from its formulas with a loop and plain inverses."""
    dim = vectors.shape[1]
    between_sum, within_sum = np.zeros((dim, dim)), np.zeros((dim, dim))
    for name in sorted(set(speakers)):
        rows = vectors[[s == name for s in speakers]]
        n, m = len(rows), rows.mean(axis=0) - mean
        mixed = np.linalg.inv(np.linalg.inv(between) + n * np.linalg.inv(within))
        w = mixed @ (n * np.linalg.inv(within) @ m)
        between_sum += mixed + np.outer(w, w)
        own = rows - rows.mean(axis=0)
        within_sum += own.T @ own + n * (mixed + np.outer(m - w, m - w))
    return within_sum / len(vectors), between_sum / len(set(speakers))


def test_statistics_of_two_hand_worked_speakers():
    statistics = SpeakerStatistics.of([[0.0], [2.0], [7.0]], ["a", "a", "b"])  # means 1 and 7
    assert statistics.mean == pytest.approx([4.0])
    assert statistics.offsets == pytest.approx(np.array([[-3.0], [3.0]]))
    assert statistics.counts.tolist() == [2, 1]
    assert statistics.scatter == pytest.approx(np.array([[2.0]]))


def test_the_likelihood_is_that_of_all_utterances_of_a_speaker_jointly():
    vectors, speakers = _unequal()
    statistics = SpeakerStatistics.of(vectors, speakers)
    model = TwoCovariance(statistics.mean, _covariance(3, 1), _covariance(3, 2))
    brute = 0.0
    for name in set(speakers):
        rows = vectors[[s == name for s in speakers]]
        joint = np.kron(np.ones((len(rows),) * 2), model.between) + np.kron(np.eye(len(rows)), model.within)
        brute += multivariate_normal(np.tile(model.mean, len(rows)), joint).logpdf(rows.ravel())
    assert log_likelihood(statistics, model) == pytest.approx(brute)


def test_iterations_equal_a_naive_loop_of_kaldis_formulas():
    vectors, speakers = _unequal()
    statistics = SpeakerStatistics.of(vectors, speakers)
    within, between = np.eye(3), np.eye(3)
    for _ in range(4):
        within, between = _kaldi_step(vectors, speakers, statistics.mean, within, between)
    model, _ = estimate_two_covariance(statistics, num_iterations=4, initialization="identity")
    assert model.within == pytest.approx(within)
    assert model.between == pytest.approx(between)


@pytest.mark.parametrize("initialization", ["scatter", "identity"])
def test_no_iteration_lowers_the_likelihood(initialization):
    statistics = SpeakerStatistics.of(*_unequal())
    _, likelihoods = estimate_two_covariance(statistics, num_iterations=30, initialization=initialization)
    assert len(likelihoods) == 31
    assert (np.diff(likelihoods) > -1e-9).all()


def test_with_equally_many_utterances_the_iterations_end_at_the_closed_form():
    vectors, speakers = toy_speakers(num_speakers=12, each=6, dim=3, spread=0.4)
    statistics = SpeakerStatistics.of(vectors, speakers)
    model, _ = estimate_two_covariance(statistics, num_iterations=200, initialization="identity")
    within = statistics.scatter / (72 - 12)
    assert model.within == pytest.approx(within, rel=1e-5, abs=1e-7)
    assert model.between == pytest.approx(
        statistics.offsets.T @ statistics.offsets / 12 - within / 6, rel=1e-4
    )


def test_no_small_change_of_the_covariances_is_more_likely():
    statistics = SpeakerStatistics.of(*_unequal())
    model, likelihoods = estimate_two_covariance(statistics, num_iterations=2000, initialization="scatter")
    rng = np.random.default_rng(3)
    for _ in range(20):
        bend = rng.normal(size=(2, 3, 3)) * 0.02
        turned = [
            (np.eye(3) + b) @ c @ (np.eye(3) + b).T
            for b, c in zip(bend, (model.within, model.between), strict=True)
        ]
        assert log_likelihood(statistics, TwoCovariance(model.mean, *turned)) < likelihoods[-1] + 1e-9


def test_the_scatter_start_follows_a_linear_map_of_the_embeddings():
    vectors, speakers = _unequal()
    map_ = np.array([[100.0, 3.0, 0.0], [0.0, 0.01, 0.002], [1.0, 0.0, 1.0]])
    plain, _ = estimate_two_covariance(
        SpeakerStatistics.of(vectors, speakers), num_iterations=5, initialization="scatter"
    )
    mapped, _ = estimate_two_covariance(
        SpeakerStatistics.of(vectors @ map_.T, speakers), num_iterations=5, initialization="scatter"
    )
    assert mapped.within == pytest.approx(map_ @ plain.within @ map_.T)
    assert mapped.between == pytest.approx(map_ @ plain.between @ map_.T)


def test_both_covariances_become_diagonal_together():
    within, between = _covariance(4, 1), _covariance(4, 2)
    rows, psi = diagonalize(within, between)
    assert rows @ within @ rows.T == pytest.approx(np.eye(4), abs=1e-9)
    assert rows @ between @ rows.T == pytest.approx(np.diag(psi), abs=1e-9)
    assert (np.diff(psi) <= 0).all()


def test_more_dimensions_than_speakers_are_fitted_with_flat_directions_between():
    vectors, speakers = toy_speakers(num_speakers=3, each=10, dim=6)
    model, _ = estimate_two_covariance(
        SpeakerStatistics.of(vectors, speakers), num_iterations=3, initialization="scatter"
    )
    assert np.linalg.matrix_rank(model.between) == 2
    assert (diagonalize(model.within, model.between)[1] >= 0).all()


@pytest.mark.parametrize(
    ("num_iterations", "initialization", "message"),
    [
        (0, "scatter", "num_iterations of at least 1"),
        (1, "random", "initialization scatter or identity"),
        (1, "scatter", "4 utterances of 2 speakers are too few for 6 dimensions"),
    ],
)
def test_what_cannot_be_estimated_is_refused(num_iterations, initialization, message):
    statistics = SpeakerStatistics.of(*toy_speakers(num_speakers=2, each=2))
    with pytest.raises(InputError, match=message):
        estimate_two_covariance(statistics, num_iterations=num_iterations, initialization=initialization)


def test_speakers_with_one_utterance_each_say_nothing_of_the_variation_within():
    with pytest.raises(InputError, match="one with two or more utterances"):
        SpeakerStatistics.of(np.eye(3), ["a", "b", "c"])


def test_the_identity_start_copes_with_few_utterances():
    statistics = SpeakerStatistics.of(*toy_speakers(num_speakers=2, each=2))
    model, _ = estimate_two_covariance(statistics, num_iterations=5, initialization="identity")
    assert np.linalg.eigvalsh(model.within).min() > 0
