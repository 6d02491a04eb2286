import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.covariance import within_covariance
from kowairo.scoring.wccn import WCCN
from kowairo.testing.scoring import check_backend, toy_speakers


@pytest.mark.parametrize("backend", [WCCN(), WCCN(shrinkage=0.1, weighting="utterance")])
def test_wccn_keeps_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_hand_worked_directions_are_divided_by_their_within_deviation():
    vectors = [[0.0, 1.0], [4.0, 1.0], [1.0, 0.0], [5.0, 0.0], [3.0, 0.0], [3.0, 2.0]]
    speakers = ["a", "a", "b", "b", "c", "c"]  # variances (4, 0), (4, 0), (0, 1): their mean is (8/3, 1/3)
    wccn = WCCN().fit(vectors, speakers)
    assert wccn.transform([[1.0, 1.0]]) == pytest.approx(np.array([[np.sqrt(3 / 8), np.sqrt(3)]]))


@pytest.mark.parametrize("weighting", ["speaker", "utterance"])
def test_after_wccn_the_within_covariance_is_the_identity(weighting):
    vectors, speakers = toy_speakers(dim=5)
    vectors, speakers = vectors[:-5], speakers[:-5]
    moved = WCCN(weighting=weighting).fit(vectors, speakers).transform(vectors)
    assert within_covariance(moved, speakers, weighting=weighting) == pytest.approx(np.eye(5), abs=1e-9)


def test_cosines_equal_those_of_the_cholesky_factor_of_the_paper():
    vectors, speakers = toy_speakers(dim=5)
    within = within_covariance(vectors, speakers, weighting="speaker")
    mapped = vectors @ np.linalg.cholesky(np.linalg.inv(within))  # rows: (B^T x)^T = x^T B
    mapped /= np.linalg.norm(mapped, axis=1)[:, None]
    ours = WCCN().fit(vectors, speakers).score(vectors[:30], vectors[30:60])
    assert ours == pytest.approx((mapped[:30] * mapped[30:60]).sum(axis=1))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({"weighting": "line"}, "weighting speaker or utterance"), ({"shrinkage": 2}, "shrinkage in")],
)
def test_bad_parameters_of_wccn_are_refused(parameters, message):
    with pytest.raises(InputError, match=message):
        WCCN(**parameters).fit(*toy_speakers())


def test_too_few_utterances_for_the_dimensions_need_shrinkage():
    vectors, speakers = toy_speakers(num_speakers=2, each=2, dim=6)
    with pytest.raises(InputError, match="within-speaker covariance is singular"):
        WCCN().fit(vectors, speakers)
    assert np.isfinite(WCCN(shrinkage=0.5).fit(vectors, speakers).matrix_).all()
