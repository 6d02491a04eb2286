import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.coral import CORAL, coral_matrix
from kowairo.scoring.covariance import total_covariance
from kowairo.testing.scoring import check_backend, toy_speakers


def _target(dim=6, rows=200):
    rng = np.random.default_rng(7)
    return rng.normal(size=(rows, dim)) @ rng.normal(size=(dim, dim)) + 3.0


def test_coral_keeps_the_contract_of_back_ends():
    check_backend(CORAL(target=_target()))
    check_backend(CORAL(target=_target(), shrinkage=0.3))


def test_hand_worked_axes_take_the_deviation_of_the_target():
    source = [[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]]  # mean (1, 2), sd (1, 2)
    target = [[0.0, 0.0], [6.0, 0.0], [0.0, 2.0], [6.0, 2.0]]  # mean (3, 1), sd (3, 1)
    moved = CORAL(target=target).fit(source).transform([[1.0, 2.0], [2.0, 4.0]])
    assert moved == pytest.approx(np.array([[3.0, 1.0], [6.0, 2.0]]))


def test_the_source_gets_mean_and_covariance_of_the_target():
    vectors, _ = toy_speakers()
    moved = CORAL(target=_target()).fit(vectors).transform(vectors)
    assert total_covariance(moved) == pytest.approx(total_covariance(_target()))
    assert moved.mean(axis=0) == pytest.approx(_target().mean(axis=0))


def test_a_target_equal_to_the_source_changes_nothing():
    vectors, _ = toy_speakers()
    assert CORAL(target=vectors).fit(vectors).transform(vectors) == pytest.approx(vectors)


def test_the_target_of_few_utterances_may_be_flat_but_the_source_may_not():
    few, many = _target(rows=3), toy_speakers()[0]
    assert np.isfinite(coral_matrix(total_covariance(many), total_covariance(few))).all()
    with pytest.raises(InputError, match="the source covariance is singular"):
        CORAL(target=many).fit(few)


def test_a_missing_or_unfit_target_is_refused():
    vectors, _ = toy_speakers()
    with pytest.raises(InputError, match="give CORAL"):
        CORAL().fit(vectors)
    with pytest.raises(InputError, match=r"got 6 \(source\) and 2"):
        CORAL(target=_target(dim=2)).fit(vectors)
    with pytest.raises(InputError, match="shrinkage in"):
        CORAL(target=_target(), shrinkage=3.0).fit(vectors)


def test_a_saved_coral_needs_no_target(tmp_path):
    vectors, _ = toy_speakers()
    coral = CORAL(target=_target(), shrinkage=0.1).fit(vectors)
    coral.save(tmp_path / "coral")
    again = CORAL.load(tmp_path / "coral")
    assert (again.target, again.shrinkage) == (None, 0.1)
    assert np.array_equal(again.transform(vectors), coral.transform(vectors))
