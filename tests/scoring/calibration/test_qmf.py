import numpy as np
import pytest

from kowairo.core import InputError, Scores
from kowairo.scoring import eer
from kowairo.scoring.calibration import QMF, Fusion, LogisticCalibrator


def _trials(seed=0, num_trials=6000):
    """Scores that fall with the length of the shorter side, whoever speaks."""
    rng = np.random.default_rng(seed)
    target = np.arange(num_trials) < num_trials // 3
    enroll, test = ([f"{side}{i}" for i in range(num_trials)] for side in "et")
    seconds = np.exp(rng.uniform(0, 2.5, (2, num_trials)))
    values = rng.normal(target * 1.5 + np.log(seconds).min(axis=0), 0.6)
    tables = {"duration_s": dict(zip(enroll + test, seconds.ravel().tolist(), strict=True))}
    return Scores(enroll, test, values), target, tables


def test_durations_that_shift_the_scores_are_taken_out():
    qmf = QMF(measures=["duration_s"])
    scores, target, tables = _trials()
    qmf.fit(qmf.columns(scores, tables), target)
    # llr = 1.5 / .36 * (score - log shorter - .75): the shorter side counts against the score, the longer not
    np.testing.assert_allclose(qmf.weights_, [4.17, -4.17, 0], atol=0.35)
    assert qmf.offset_ == pytest.approx(-3.1, abs=0.4)


def test_it_makes_fewer_errors_than_the_score_alone_on_other_speakers():
    qmf = QMF(measures=["duration_s"])
    scores, target, tables = _trials()
    qmf.fit(qmf.columns(scores, tables), target)
    fresh, fresh_target, fresh_tables = _trials(seed=1)
    llr = qmf.transform(qmf.columns(fresh, fresh_tables))
    alone = eer(fresh.values[fresh_target], fresh.values[~fresh_target]).value
    assert eer(llr[fresh_target], llr[~fresh_target]).value < 0.75 * alone


def test_it_is_the_fusion_of_its_columns():
    qmf = QMF(measures=["duration_s"])
    scores, target, tables = _trials(num_trials=300)
    columns = qmf.columns(scores, tables)
    expected = Fusion().fit(columns, target, prior=0.1).transform(columns)
    np.testing.assert_array_equal(qmf.fit(columns, target, prior=0.1).transform(columns), expected)


def test_quality_that_is_equal_everywhere_leaves_logistic_calibration():
    scores, target, tables = _trials(num_trials=300)
    equal = {"duration_s": dict.fromkeys(tables["duration_s"], 3.0)}
    qmf = QMF(measures=["duration_s"])
    columns = qmf.columns(scores, equal)
    expected = LogisticCalibrator().fit(scores.values, target).transform(scores.values)
    np.testing.assert_allclose(qmf.fit(columns, target).transform(columns), expected, atol=1e-9)


def test_the_ratio_of_one_live_pair_is_that_of_the_list():
    scores, target, tables = _trials(num_trials=300)
    qmf = QMF(measures=["duration_s"])
    columns = qmf.columns(scores, tables)
    qmf.fit(columns, target)
    live = Scores(scores.enroll[7:8], scores.test[7:8], scores.values[7:8])
    assert qmf.transform(qmf.columns(live, tables))[0] == pytest.approx(qmf.transform(columns)[7], abs=1e-12)


def test_columns_that_do_not_fit_the_measures_are_refused():
    with pytest.raises(InputError, match="expected the columns score, duration_s_low"):
        QMF().fit(np.zeros((4, 3)), [True, True, False, False])
    with pytest.raises(InputError, match="'loudness' is none of"):
        QMF(measures=["loudness"]).fit(np.zeros((4, 3)), [True, True, False, False])
