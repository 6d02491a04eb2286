import numpy as np
import pytest

from kowairo.core import InputError, Scores, Trials
from kowairo.scoring.calibration import (
    QMF,
    Fusion,
    LogisticCalibrator,
    calibrate_scores,
    fit_calibrator,
    load_calibrator,
    system_columns,
)


def _list(num_trials=200, seed=0):
    rng = np.random.default_rng(seed)
    target = np.arange(num_trials) < num_trials // 2
    trials = Trials([f"e{i}" for i in range(num_trials)], [f"t{i}" for i in range(num_trials)], target)
    systems = [Scores(trials.enroll, trials.test, rng.normal(target * 2.0, 1)) for _ in range(2)]
    return trials, systems


def _shuffled(scores, seed=1):
    order = np.random.default_rng(seed).permutation(len(scores))
    return Scores([scores.enroll[i] for i in order], [scores.test[i] for i in order], scores.values[order])


def test_systems_in_different_orders_are_joined_by_the_ids():
    trials, (first, second) = _list()
    got = system_columns([_shuffled(first), _shuffled(second, seed=2)], trials)
    np.testing.assert_array_equal(got, np.column_stack([first.values, second.values]))


def test_fitting_and_applying_do_not_depend_on_the_order_of_any_file():
    trials, (first, second) = _list()
    plain = fit_calibrator(Fusion(), [first, second], trials, prior=0.1)
    mixed = fit_calibrator(Fusion(), [_shuffled(first), _shuffled(second, seed=2)], trials, prior=0.1)
    expected = calibrate_scores(plain, [first, second])
    got = calibrate_scores(mixed, [first, _shuffled(second, seed=3)])
    np.testing.assert_array_equal(got.values, expected.values)
    assert (got.enroll, got.test) == (first.enroll, first.test)


def test_calibrated_scores_keep_the_order_of_the_first_system():
    trials, (first, _) = _list()
    calibrator = fit_calibrator(LogisticCalibrator(), [first], trials)
    mixed = _shuffled(first)
    got = calibrate_scores(calibrator, [mixed])
    assert got.enroll == mixed.enroll
    np.testing.assert_array_equal(got.values, calibrator.transform(mixed.values))


def test_quality_tables_reach_a_qmf():
    trials, (first, _) = _list()
    durations = {"duration_s": dict.fromkeys(trials.enroll + trials.test, 2.0)}
    qmf = fit_calibrator(QMF(measures=["duration_s"]), [first], trials, qualities=durations)
    plain = fit_calibrator(LogisticCalibrator(), [first], trials)
    got = calibrate_scores(qmf, [first], qualities=durations)
    np.testing.assert_allclose(got.values, calibrate_scores(plain, [first]).values, atol=1e-9)


def test_quality_tables_for_a_kind_that_reads_none_are_refused_and_so_is_a_qmf_without():
    trials, (first, second) = _list()
    with pytest.raises(InputError, match="LogisticCalibrator reads no quality tables"):
        fit_calibrator(LogisticCalibrator(), [first], trials, qualities={})
    with pytest.raises(InputError, match="QMF needs"):
        fit_calibrator(QMF(), [first], trials)
    with pytest.raises(InputError, match="QMF needs the scores of one system"):
        fit_calibrator(QMF(), [first, second], trials, qualities={})


def test_scores_of_the_calibration_speakers_are_refused_even_after_a_reload(tmp_path):
    trials, (first, _) = _list()
    speakers = {utt: f"spk{utt[1:]}" for utt in trials.enroll + trials.test}
    fit_calibrator(LogisticCalibrator(), [first], trials, utt2spk=speakers).save(tmp_path / "c")
    loaded = load_calibrator(tmp_path / "c")
    assert len(loaded.speakers_) == 200
    with pytest.raises(InputError, match="200 calibration speakers are also in the test"):
        calibrate_scores(loaded, [first], utt2spk=speakers)
    others = {utt: f"new-{speaker}" for utt, speaker in speakers.items()}
    assert len(calibrate_scores(loaded, [first], utt2spk=others)) == 200


def test_an_utterance_against_itself_is_refused():
    trials = Trials(["a", "b", "c", "d"], ["a", "x", "y", "z"], np.array([True, True, False, False]))
    scores = Scores(trials.enroll, trials.test, np.arange(4.0))
    with pytest.raises(InputError, match="a a compares an utterance with itself"):
        fit_calibrator(LogisticCalibrator(), [scores], trials)


def test_no_system_or_a_missing_score_is_refused():
    trials, (first, second) = _list()
    with pytest.raises(InputError, match="one system or more"):
        fit_calibrator(Fusion(), [], trials)
    with pytest.raises(InputError, match="one system or more"):
        calibrate_scores(Fusion(), [])
    part = Scores(second.enroll[1:], second.test[1:], second.values[1:])
    with pytest.raises(InputError, match="e0 t0"):
        fit_calibrator(Fusion(), [first, part], trials)
