import numpy as np
import pytest
from scipy.linalg import eigh, sqrtm

from kowairo.core import InputError
from kowairo.scoring.covariance import total_covariance
from kowairo.scoring.plda import PLDA
from kowairo.scoring.plda_adaptation import (
    adapt_coral,
    adapt_coral_plus,
    adapt_unsupervised,
    positive_excess,
    smooth_within,
)
from kowairo.scoring.two_covariance import TwoCovariance
from kowairo.testing.scoring import toy_speakers


def _plda(dim=4):
    return PLDA(length_norm="none").fit(*toy_speakers(dim=dim, spread=0.6))


def _domain(dim=4, rows=300):
    rng = np.random.default_rng(7)
    return rng.normal(size=(rows, dim)) @ (rng.normal(size=(dim, dim)) * 0.8) + 2.0


def _flat():
    """A model with W = B = I, and a domain with variances 4 and 1 around (1, 0)."""
    plda = PLDA().set_model(TwoCovariance(np.zeros(2), np.eye(2), np.eye(2)))
    return plda, np.array([[3.0, 1.0], [-1.0, 1.0], [3.0, -1.0], [-1.0, -1.0]])


def test_hand_worked_excess_goes_to_both_covariances_in_its_shares():
    plda, domain = _flat()  # total variance 2 and 2, so the excess is 2 along the first axis
    model = adapt_unsupervised(plda, domain, within_scale=0.25, between_scale=0.75).model()
    assert model.mean == pytest.approx([1.0, 0.0])
    assert model.within == pytest.approx(np.diag([1.5, 1.0]))
    assert model.between == pytest.approx(np.diag([2.5, 1.0]))


def test_hand_worked_coral_scales_axes_to_the_variance_of_the_domain():
    plda, domain = _flat()
    model = adapt_coral(plda, domain).model()
    assert model.within == pytest.approx(np.diag([2.0, 0.5]))
    assert model.between == pytest.approx(np.diag([2.0, 0.5]))


def test_hand_worked_coral_plus_only_grows():
    plda, domain = _flat()
    model = adapt_coral_plus(plda, domain, within_scale=0.5, between_scale=1.0).model()
    assert model.within == pytest.approx(np.diag([1.5, 1.0]))
    assert model.between == pytest.approx(np.diag([2.0, 1.0]))


def _kaldi_update(plda, vectors, within_scale, between_scale, mean_diff_scale):
    """Kaldi's unsupervised update from its description: in the space of unit total covariance."""
    mean = vectors.mean(axis=0)
    variance = np.cov(vectors.T, ddof=0) + mean_diff_scale * np.outer(mean - plda.mean_, mean - plda.mean_)
    to_unit = plda.diagonalizer_ / np.sqrt(1 + plda.psi_)[:, None]
    values, axes = np.linalg.eigh(to_unit @ variance @ to_unit.T)
    within = axes.T @ np.diag(1 / (1 + plda.psi_)) @ axes
    between = axes.T @ np.diag(plda.psi_ / (1 + plda.psi_)) @ axes
    for i, value in enumerate(values):
        if value > 1:
            within[i, i] += within_scale * (value - 1)
            between[i, i] += between_scale * (value - 1)
    back = np.linalg.inv(axes.T @ to_unit)
    return back @ within @ back.T, back @ between @ back.T


@pytest.mark.parametrize("scales", [(0.5, 0.5, 0.0), (0.3, 0.7, 1.0)])
def test_unsupervised_adaptation_equals_kaldis_update(scales):
    plda, domain = _plda(), _domain()
    within, between = _kaldi_update(plda, domain, *scales)
    model = adapt_unsupervised(
        plda, domain, within_scale=scales[0], between_scale=scales[1], mean_diff_scale=scales[2]
    ).model()
    assert model.within == pytest.approx(within)
    assert model.between == pytest.approx(between)


def test_unsupervised_adaptation_equals_the_generalised_eigenvectors_of_scipy():
    plda, domain = _plda(), _domain()
    old = plda.model()
    values, vectors = eigh(np.cov(domain.T, ddof=0), old.within + old.between)
    inverse = np.linalg.inv(vectors.T)
    excess = inverse[:, values > 1] @ np.diag(np.sqrt(values[values > 1] - 1))
    model = adapt_unsupervised(plda, domain).model()
    assert model.between == pytest.approx(old.between + 0.5 * excess @ excess.T)


def test_coral_makes_the_total_covariance_that_of_the_domain():
    plda, domain = _plda(), _domain()
    old, new = plda.model(), adapt_coral(plda, domain).model()
    assert new.within + new.between == pytest.approx(total_covariance(domain))
    map_ = np.real(sqrtm(total_covariance(domain)) @ np.linalg.inv(sqrtm(old.within + old.between)))
    assert new.within == pytest.approx(map_ @ old.within @ map_.T)


def test_coral_plus_equals_the_joint_diagonalisation_of_the_paper():
    plda, domain = _plda(), _domain()
    old, coral = plda.model(), adapt_coral(plda, domain).model()
    expected = []
    for before, after in ((old.within, coral.within), (old.between, coral.between)):
        values, basis = eigh(after, before)  # basis^T before basis = I
        inverse = np.linalg.inv(basis)
        expected.append(before + 0.8 * inverse.T @ np.diag(np.maximum(values - 1, 0)) @ inverse)
    new = adapt_coral_plus(plda, domain).model()
    assert new.within == pytest.approx(expected[0])
    assert new.between == pytest.approx(expected[1])


def test_a_domain_that_varies_less_changes_nothing_but_the_mean():
    plda = _plda()
    quiet = toy_speakers(dim=4, seed=3)[0] * 0.01
    for adapt in (adapt_unsupervised, adapt_coral_plus):
        model = adapt(plda, quiet).model()
        assert model.within == pytest.approx(plda.model().within)
        assert model.between == pytest.approx(plda.model().between)
        assert model.mean == pytest.approx(quiet.mean(axis=0))


def test_adaptation_leaves_the_plda_alone_and_keeps_its_parameters():
    plda = PLDA(num_iterations=3, length_norm="sqrt_dim", multi_session="average")
    plda.fit(*toy_speakers(dim=4))
    before = plda.diagonalizer_.copy()
    for adapt in (adapt_unsupervised, adapt_coral, adapt_coral_plus):
        assert adapt(plda, _domain()).parameters() == plda.parameters()
    assert np.array_equal(plda.diagonalizer_, before)


def test_excess_of_a_covariance_that_is_nowhere_larger_is_zero():
    assert positive_excess(np.diag([0.5, 1.0]), np.eye(2)) == pytest.approx(np.zeros((2, 2)), abs=1e-12)
    assert positive_excess(np.diag([5.0, 7.0]), np.diag([1.0, 0.0])) == pytest.approx(np.diag([4.0, 0.0]))


def test_fewer_speakers_than_dimensions_can_be_adapted():
    plda = PLDA().fit(*toy_speakers(num_speakers=3, each=30, dim=4))
    for adapt in (adapt_unsupervised, adapt_coral, adapt_coral_plus):
        assert np.isfinite(adapt(plda, _domain()).psi_).all()


def test_smoothing_equals_kaldis_rule_on_the_diagonal():
    plda = _plda()
    smoothed = smooth_within(plda, 0.2)
    assert smoothed.psi_ == pytest.approx(plda.psi_ / (1 + 0.2 * plda.psi_))
    assert smoothed.diagonalizer_ == pytest.approx(plda.diagonalizer_ / np.sqrt(1 + 0.2 * plda.psi_)[:, None])


def test_adaptation_makes_up_for_a_shift_and_scale_of_the_domain():
    vectors, speakers = toy_speakers(num_speakers=60, dim=6, spread=0.6)
    shifted = vectors[:, :] * [3.0, 1.0, 1.0, 1.0, 1.0, 1.0] + 4.0
    plda = PLDA().fit(vectors, speakers)
    ideal = PLDA().fit(shifted, speakers).score(shifted[:60], shifted[60:120])
    error = [
        np.abs(p.score(shifted[:60], shifted[60:120]) - ideal).mean()
        for p in (plda, adapt_coral(plda, shifted))
    ]
    assert error[1] < 0.05 * error[0]


def test_bad_arguments_of_adaptation_are_refused():
    plda = _plda()
    with pytest.raises(InputError, match="scales of at least 0"):
        adapt_unsupervised(plda, _domain(), within_scale=-1.0)
    with pytest.raises(InputError, match="scales of at least 0"):
        adapt_coral_plus(plda, _domain(), between_scale=-1.0)
    with pytest.raises(InputError, match=r"factor in \[0, 1\]"):
        smooth_within(plda, 2.0)
    with pytest.raises(InputError, match="dimension 4 as in training, got 2"):
        adapt_coral(plda, _domain(dim=2))
    with pytest.raises(InputError, match="got none"):
        adapt_coral(plda, np.empty((0, 4)))
    with pytest.raises(InputError, match="expected a fitted PLDA"):
        adapt_coral(PLDA(), _domain())
    with pytest.raises(InputError, match="within-speaker covariance is singular"):
        adapt_coral(plda, _domain(rows=2))
