import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.length_norm import LengthNorm
from kowairo.testing.scoring import check_backend, toy_speakers


@pytest.mark.parametrize("backend", [LengthNorm(), LengthNorm(scale="sqrt_dim")])
def test_length_norm_keeps_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_rows_get_one_length():
    assert LengthNorm().transform([[3.0, 4.0]]) == pytest.approx(np.array([[0.6, 0.8]]))
    vectors, _ = toy_speakers(dim=4)
    moved = LengthNorm(scale="sqrt_dim").fit(vectors).transform(vectors)
    assert (moved**2).mean(axis=1) == pytest.approx(np.ones(len(vectors)))


def test_an_unknown_scale_and_a_zero_row_are_refused():
    with pytest.raises(InputError, match="unit or sqrt_dim"):
        LengthNorm(scale="half").fit([[1.0]])
    with pytest.raises(InputError, match="the first is row 1"):
        LengthNorm().transform([[1.0], [0.0]])
