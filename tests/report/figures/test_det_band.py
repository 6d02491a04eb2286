import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.report.figures.det import probit
from kowairo.report.figures.det_band import det_band
from kowairo.scoring import speaker_bootstrap


def make_trials(rng, *, speakers=12, lines=6):
    names = [f"s{i}" for i in range(speakers) for _ in range(lines)]
    level = rng.normal(0, 0.4, size=speakers)
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    same = np.array([names[i] == names[j] for i, j in pairs])
    scores = rng.normal(2.0 * same) + np.array([level[i // lines] + level[j // lines] for i, j in pairs])
    return scores, same, [names[i] for i, _ in pairs], [names[j] for _, j in pairs]


def test_on_the_diagonal_the_band_is_the_interval_of_the_eer():
    trials = make_trials(np.random.default_rng(0))
    band = det_band(*trials, num_replicates=200, seed=3)
    middle = np.flatnonzero(band.difference == 0)[0]
    expected = speaker_bootstrap(*trials, num_replicates=200, seed=3).eer
    # The same draws; thresholds are thinned, and the EER is interpolated in rates there, in deviates here.
    assert band.low[middle] / 2 == pytest.approx(probit(expected.low), abs=0.02)
    assert band.high[middle] / 2 == pytest.approx(probit(expected.high), abs=0.02)


def test_swapping_targets_and_nontargets_mirrors_the_rates():
    # With each side of one weight per trial, misses and false alarms change places when signs do.
    scores = np.array([3.0, 2.0, 1.0, 0.5, 2.5, 1.2, -1.0, 0.0])
    target = np.arange(8) < 4
    every = [f"s{i}" for i in range(8)]
    enroll, test = every, [every[i] if target[i] else "x" for i in range(8)]
    band = det_band(scores, target, enroll, test, num_replicates=50)
    assert band.difference == pytest.approx(-band.difference[::-1])
    assert (band.low <= band.high).all()


def test_the_outline_runs_along_the_lower_and_back_along_the_upper_bound():
    band = det_band(*make_trials(np.random.default_rng(1)), num_replicates=20, num_points=11)
    false_alarm, miss = band.outline()
    assert miss + false_alarm == pytest.approx(np.concatenate([band.low, band.high[::-1]]))
    assert (miss - false_alarm)[:11] == pytest.approx(band.difference)


def test_order_of_trials_and_shift_of_scores_change_nothing():
    scores, same, enroll, test = make_trials(np.random.default_rng(2))
    band = det_band(scores, same, enroll, test, num_replicates=20)
    order = np.random.default_rng(0).permutation(len(scores))
    other = det_band(
        3 * scores[order] + 1,
        same[order],
        [enroll[i] for i in order],
        [test[i] for i in order],
        num_replicates=20,
    )
    np.testing.assert_allclose(band.low, other.low)
    np.testing.assert_allclose(band.high, other.high)


def test_a_label_against_the_speakers_is_refused():
    with pytest.raises(InputError, match="1 trials are labelled against their speakers, the first is 1"):
        det_band([1.0, 2.0, 0.0], [True, True, False], ["a", "a", "a"], ["a", "b", "b"])


def test_lengths_that_differ_and_a_missing_class_are_refused():
    with pytest.raises(InputError, match="2 labels"):
        det_band([1.0], [True, False], ["a"], ["a"])
    with pytest.raises(InputError, match="1 and 0"):
        det_band([1.0], [True], ["a"], ["a"])
