import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import LDA, MeanSubtraction


def test_the_mean_of_the_training_set_becomes_the_origin():
    backend = MeanSubtraction().fit([[0.0, 2.0], [2.0, 4.0]])
    assert backend.transform([[1.0, 3.0], [2.0, 3.0]]).tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_mean_subtraction_survives_a_round_trip_to_disk(tmp_path):
    backend = MeanSubtraction().fit(np.random.default_rng(0).normal(size=(5, 3)))
    backend.save(tmp_path / "mean")
    assert np.array_equal(MeanSubtraction.load(tmp_path / "mean").mean_, backend.mean_)
    with pytest.raises(InputError, match="expected kind LDA"):
        LDA.load(tmp_path / "mean")


def test_an_unfitted_or_wrongly_sized_backend_is_refused():
    with pytest.raises(InputError, match="expected a fitted MeanSubtraction"):
        MeanSubtraction().transform([[1.0]])
    with pytest.raises(InputError, match="dimension 1 as in training, got 2"):
        MeanSubtraction().fit([[1.0]]).transform([[1.0, 2.0]])
    with pytest.raises(InputError, match="got none"):
        MeanSubtraction().fit(np.zeros((0, 2)))
