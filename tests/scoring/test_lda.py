import numpy as np
import pytest
from scipy.linalg import eigh

from kowairo.core import InputError
from kowairo.scoring import LDA
from kowairo.scoring.covariance import scatter_matrices


def _speakers(num_speakers=12, each=6, dim=5, seed=0):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(dim, dim))
    centres = rng.normal(size=(num_speakers, dim))
    vectors = (np.repeat(centres, each, axis=0) + rng.normal(size=(num_speakers * each, dim))) @ mixing
    return vectors, [f"s{i // each:02d}" for i in range(num_speakers * each)]


def test_after_lda_the_within_speaker_covariance_is_the_identity():
    vectors, speakers = _speakers()
    lda = LDA().fit(vectors, speakers)
    within, between = scatter_matrices(lda.transform(vectors), speakers)
    assert within == pytest.approx(np.eye(5), abs=1e-9)
    assert between == pytest.approx(np.diag(lda.separations_), abs=1e-9)
    assert (np.diff(lda.separations_) <= 0).all()


def test_separations_agree_with_scipys_generalised_eigenvalues():
    vectors, speakers = _speakers()
    within, between = scatter_matrices(vectors, speakers)
    expected = eigh(between, within, eigvals_only=True)[::-1]
    assert LDA(num_dims=3).fit(vectors, speakers).separations_ == pytest.approx(expected[:3])


def test_lda_is_blind_to_an_invertible_linear_map_of_its_input():
    vectors, speakers = _speakers()
    map_ = np.random.default_rng(1).normal(size=(5, 5))
    plain = LDA().fit(vectors, speakers).score(vectors[:30], vectors[30:60])
    mapped = LDA().fit(vectors @ map_, speakers).score(vectors[:30] @ map_, vectors[30:60] @ map_)
    assert mapped == pytest.approx(plain, abs=1e-8)


def test_lda_survives_a_round_trip_to_disk(tmp_path):
    vectors, speakers = _speakers()
    lda = LDA(num_dims=2, shrinkage=0.05).fit(vectors, speakers)
    lda.save(tmp_path / "lda")
    again = LDA.load(tmp_path / "lda")
    assert np.array_equal(again.transform(vectors), lda.transform(vectors))
    assert (again.num_dims, again.shrinkage) == (2, 0.05)


def test_a_pickle_in_place_of_the_arrays_is_not_loaded(tmp_path):
    vectors, speakers = _speakers()
    LDA().fit(vectors, speakers).save(tmp_path / "lda")
    names = ("mean", "directions", "separations")
    np.savez(tmp_path / "lda" / "arrays.npz", **{name: np.array([{}], dtype=object) for name in names})
    with pytest.raises(InputError, match="Object arrays cannot be loaded"):
        LDA.load(tmp_path / "lda")


def test_a_singular_within_covariance_is_an_error_that_shrinkage_cures():
    vectors, speakers = _speakers()
    flat = np.hstack([vectors, np.zeros((len(vectors), 1))])
    with pytest.raises(InputError, match="give a shrinkage above 0"):
        LDA().fit(flat, speakers)
    assert np.isfinite(LDA(shrinkage=0.1).fit(flat, speakers).transform(flat)).all()


@pytest.mark.parametrize(
    ("parameters", "speakers", "message"),
    [
        ({"shrinkage": 1.5}, None, r"shrinkage in \[0, 1\]"),
        ({"num_dims": 6}, None, r"num_dims in 1\.\.5"),
        ({}, ["a"] * 72, "expected two or more speakers"),
        ({}, [str(i) for i in range(72)], "one with two or more utterances"),
        ({}, ["a", "b"], "got 2 speakers for 72 rows"),
    ],
)
def test_bad_parameters_and_labels_are_refused(parameters, speakers, message):
    vectors, own = _speakers()
    with pytest.raises(InputError, match=message):
        LDA(**parameters).fit(vectors, speakers or own)


def test_lda_needs_to_be_fitted_before_it_transforms():
    with pytest.raises(InputError, match="expected a fitted LDA"):
        LDA().transform([[1.0, 2.0]])
