import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import LDA, MeanSubtraction
from kowairo.scoring.affine_backend import AffineBackend


class Shear(AffineBackend):
    learned = ("matrix_", "offset_")

    def fit(self, vectors, speakers=()):
        self.matrix_, self.offset_ = (
            np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]]),
            np.array([0.0, 1.0, -1.0]),
        )
        return self

    def affine(self):
        return self.matrix_, self.offset_


def test_the_map_is_that_of_a_linear_layer():
    shear = Shear().fit([[0.0, 0.0]])
    assert shear.transform([[1.0, 1.0], [2.0, 0.0]]).tolist() == [[3.0, 2.0, 2.0], [2.0, 1.0, 5.0]]


@pytest.mark.parametrize("backend", [MeanSubtraction(), LDA(), LDA(num_dims=2, shrinkage=0.2)])
def test_a_closed_form_is_its_matrix_and_offset(backend):
    vectors = np.random.default_rng(0).normal(size=(30, 4)) + 5
    backend.fit(vectors, ["a", "b", "c"] * 10)
    matrix, offset = backend.affine()
    assert backend.transform(vectors) == pytest.approx(vectors @ matrix.T + offset)


def test_another_dimension_is_refused():
    with pytest.raises(InputError, match="dimension 2 as in training, got 3"):
        Shear().fit([[0.0, 0.0]]).transform([[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    ("matrix", "offset"),
    [
        (np.ones((3, 2)), np.ones(2)),
        (np.ones(3), np.ones(3)),
        (np.full((3, 2), np.nan), np.ones(3)),
    ],
)
def test_arrays_that_are_no_affine_map_are_not_loaded(tmp_path, matrix, offset):
    shear = Shear().fit([[0.0, 0.0]])
    shear.matrix_, shear.offset_ = matrix, offset
    shear.save(tmp_path / "s")
    with pytest.raises(InputError, match="expected a finite matrix"):
        Shear.load(tmp_path / "s")


def test_arrays_of_different_fits_are_not_loaded(tmp_path):
    lda = LDA().fit(np.random.default_rng(0).normal(size=(30, 4)), ["a", "b", "c"] * 10)
    lda.mean_ = lda.mean_[:3]
    lda.save(tmp_path / "lda")
    with pytest.raises(InputError, match="arrays of LDA do not fit each other"):
        LDA.load(tmp_path / "lda")
