"""What every kind of calibrator keeps, and the functions around likelihood ratios."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring.calibration import (
    QMF,
    Fusion,
    GaussianCalibrator,
    IsotonicCalibrator,
    LogisticCalibrator,
    load_calibrator,
    posterior,
)
from kowairo.scoring.metrics import bayes_threshold, cllr, min_cllr

_KINDS = [LogisticCalibrator, GaussianCalibrator, IsotonicCalibrator, Fusion]


def _trials(seed=0, num_target=300, num_nontarget=700):
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(0.6, 0.15, num_target), rng.normal(0.1, 0.15, num_nontarget)])
    return scores, np.arange(scores.size) < num_target


@pytest.mark.parametrize("kind", _KINDS)
def test_on_other_trials_of_the_kind_calibration_costs_next_to_nothing(kind):
    fresh, target = _trials(seed=1, num_target=3000, num_nontarget=7000)
    llr = kind().fit(*_trials(num_target=3000, num_nontarget=7000)).transform(fresh)
    floor = min_cllr(fresh[target], fresh[~target])
    assert floor < 0.2
    assert cllr(llr[target], llr[~target]) < floor + 0.01


@pytest.mark.parametrize("kind", _KINDS)
def test_on_its_own_trials_no_map_is_better_than_the_floor(kind):
    scores, target = _trials()
    llr = kind().fit(scores, target).transform(scores)
    assert min_cllr(scores[target], scores[~target]) <= cllr(llr[target], llr[~target]) < 1


@pytest.mark.parametrize("kind", _KINDS)
def test_the_order_of_trials_changes_nothing(kind):
    scores, target = _trials()
    order = np.random.default_rng(2).permutation(scores.size)
    expected = kind().fit(scores, target).transform(scores)
    got = kind().fit(scores[order], target[order]).transform(scores)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", _KINDS)
def test_an_increasing_affine_change_of_the_scores_changes_no_likelihood_ratio(kind):
    scores, target = _trials()
    expected = kind().fit(scores, target).transform(scores)
    got = kind().fit(40 * scores - 7, target).transform(40 * scores - 7)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("kind", _KINDS)
def test_ratios_never_fall_as_scores_rise_and_stay_finite_far_outside(kind):
    scores, target = _trials()
    llr = kind().fit(scores, target).transform(np.linspace(-100, 100, 1001))
    assert (np.diff(llr) >= 0).all()
    assert np.isfinite(llr).all()


@pytest.mark.parametrize("kind", _KINDS)
def test_repeating_the_nontargets_hardly_moves_the_map(kind):
    # The shares of the classes are no part of a likelihood ratio; pseudo-counts move it a bit.
    scores, target = _trials()
    more = np.concatenate([scores, *[scores[~target]] * 3]), np.concatenate([target, np.zeros(2100, bool)])
    expected = kind().fit(scores, target).transform(scores)
    np.testing.assert_allclose(kind().fit(*more).transform(scores), expected, atol=1.5)
    assert abs((kind().fit(*more).transform(scores) - expected).mean()) < 0.5


@pytest.mark.parametrize("kind", _KINDS)
def test_the_inputs_are_not_modified(kind):
    scores, target = _trials()
    kept = scores.copy(), target.copy()
    kind().fit(scores, target).transform(scores)
    np.testing.assert_array_equal(scores, kept[0])
    np.testing.assert_array_equal(target, kept[1])


@pytest.mark.parametrize("kind", [*_KINDS, QMF])
def test_a_saved_calibrator_of_any_kind_gives_the_same_ratios(kind, tmp_path):
    scores, target = _trials()
    rng = np.random.default_rng(3)
    columns = np.column_stack([scores, rng.normal(size=(scores.size, 6))]) if kind is QMF else scores
    calibrator = kind().fit(columns, target, prior=0.05)
    calibrator.save(tmp_path / "calibrator")
    loaded = load_calibrator(tmp_path / "calibrator")
    assert type(loaded) is kind
    assert loaded.prior_ == 0.05
    np.testing.assert_array_equal(loaded.transform(columns), calibrator.transform(columns))


@pytest.mark.parametrize("kind", [*_KINDS, QMF])
def test_an_unfitted_calibrator_says_so(kind, tmp_path):
    with pytest.raises(InputError, match="call fit first"):
        kind().transform([0.0])
    with pytest.raises(InputError, match="call fit first"):
        kind().save(tmp_path / "calibrator")


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize(
    ("scores", "target", "message"),
    [
        ([0.0, 1.0, 2.0, 3.0], [False, True, True, True], "got 3 and 1"),
        ([0.0, 1.0, 2.0, 3.0], [False] * 4, "got 0 and 4"),
        ([0.0, 1.0, np.nan, 3.0], [False, False, True, True], "finite"),
        ([0.0, 1.0, 2.0], [False, False, True, True], "expected 3 labels"),
        ([0.0, 1.0, 2.0, 3.0], [0, 1, 2, 1], "true or false, got 2"),
        ([], [], "got shape"),
    ],
)
def test_unusable_trials_are_refused(kind, scores, target, message):
    with pytest.raises(InputError, match=message):
        kind().fit(scores, target)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, np.nan])
def test_a_prior_that_is_no_probability_is_refused(kind, prior):
    with pytest.raises(InputError, match="prior in"):
        kind().fit(*_trials(), prior=prior)


@pytest.mark.parametrize("kind", [LogisticCalibrator, GaussianCalibrator, IsotonicCalibrator])
def test_two_columns_are_refused_where_one_is_read(kind):
    with pytest.raises(InputError, match="trial scores"):
        kind().fit(np.zeros((4, 2)), [True, True, False, False])


def test_a_folder_of_another_kind_or_with_broken_content_is_refused(tmp_path):
    LogisticCalibrator().fit(*_trials()).save(tmp_path / "a")
    with pytest.raises(InputError, match="expected kind GaussianCalibrator"):
        GaussianCalibrator.load(tmp_path / "a")
    config = tmp_path / "a" / "config.json"
    config.write_text('{"kind": "LogisticCalibrator"}')
    with pytest.raises(InputError, match=r"lacks \['ridge', 'speakers'\]"):
        LogisticCalibrator.load(tmp_path / "a")


def test_a_saved_map_that_is_not_finite_is_refused(tmp_path):
    calibrator = LogisticCalibrator().fit(*_trials())
    calibrator.scale_ = float("nan")
    calibrator.save(tmp_path / "a")
    with pytest.raises(InputError, match=r"scale_ .* is not finite"):
        LogisticCalibrator.load(tmp_path / "a")


def test_posterior_by_hand_adds_the_users_own_prior():
    # likelihood ratio 4 at prior 1/5: odds 4 * 1/4 = 1
    assert posterior([np.log(4)], prior=0.2) == pytest.approx([0.5])
    assert posterior([-np.inf, -800.0, 800.0, np.inf], prior=0.5).tolist() == [0.0, 0.0, 1.0, 1.0]


@given(llr=st.floats(-30, 30), prior=st.floats(0.001, 0.999))
def test_the_bayes_threshold_is_where_the_posterior_is_one_half(llr, prior):
    threshold = bayes_threshold(p_target=prior)
    assert posterior([threshold], prior=prior) == pytest.approx([0.5])
    assert (posterior([llr], prior=prior)[0] >= 0.5) == (llr >= threshold) or abs(llr - threshold) < 1e-9
