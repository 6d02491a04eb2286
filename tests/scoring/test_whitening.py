import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.covariance import total_covariance
from kowairo.scoring.whitening import Whitening
from kowairo.testing.scoring import check_backend, toy_speakers


@pytest.mark.parametrize(
    "backend", [Whitening(), Whitening(method="pca", num_dims=3), Whitening(shrinkage=0.2)]
)
def test_whitening_keeps_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_hand_worked_axes_are_scaled_to_unit_variance():
    whitening = Whitening().fit([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0], [4.0, 2.0]])  # mean (2, 1), sd (2, 1)
    assert whitening.transform([[4.0, 1.0], [2.0, 3.0]]) == pytest.approx(np.array([[1.0, 0.0], [0.0, 2.0]]))


@pytest.mark.parametrize("method", ["zca", "pca"])
def test_whitened_training_vectors_have_the_identity_as_covariance(method):
    vectors, _ = toy_speakers(dim=5)
    moved = Whitening(method=method).fit(vectors).transform(vectors)
    assert total_covariance(moved) == pytest.approx(np.eye(5), abs=1e-9)
    assert moved.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-9)


def test_both_methods_give_the_same_cosines_and_zca_is_symmetric():
    vectors, _ = toy_speakers(dim=5)
    zca, pca = Whitening().fit(vectors), Whitening(method="pca").fit(vectors)
    assert zca.score(vectors[:30], vectors[30:60]) == pytest.approx(pca.score(vectors[:30], vectors[30:60]))
    assert zca.matrix_ == pytest.approx(zca.matrix_.T)


def test_pca_keeps_the_directions_of_most_variance_in_their_order():
    vectors = np.random.default_rng(0).normal(size=(500, 3)) * [1.0, 5.0, 2.0]
    matrix = np.abs(Whitening(method="pca", num_dims=2).fit(vectors).matrix_)
    assert matrix.argmax(axis=1).tolist() == [1, 2]


def test_a_flat_direction_is_an_error_that_shrinkage_or_leaving_it_out_cures():
    vectors = np.hstack([toy_speakers(dim=3)[0], np.zeros((80, 1))])
    with pytest.raises(InputError, match="the total covariance is singular"):
        Whitening().fit(vectors)
    assert np.isfinite(Whitening(shrinkage=0.1).fit(vectors).matrix_).all()
    assert Whitening(method="pca", num_dims=3).fit(vectors).matrix_.shape == (3, 4)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "cholesky"}, "expected method zca or pca"),
        ({"num_dims": 2}, "zca keeps all directions"),
        ({"method": "pca", "num_dims": 7}, r"num_dims in 1\.\.6"),
        ({"shrinkage": -0.1}, "shrinkage in"),
    ],
)
def test_bad_parameters_of_whitening_are_refused(parameters, message):
    with pytest.raises(InputError, match=message):
        Whitening(**parameters).fit(toy_speakers()[0])
