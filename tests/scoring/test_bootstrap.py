import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.scoring._fast_replicates import walk_kernel
from kowairo.scoring._ranked_trials import RankedTrials, TrialSpeakers
from kowairo.scoring._replicates import replicate_metrics
from kowairo.scoring.bootstrap import paired_bootstrap, speaker_bootstrap
from kowairo.scoring.metrics import eer, min_dcf


def simulated(num_speakers=24, each=3, spread=1.0, seed=0, digits=2):
    """Scores with a random effect of every speaker: scores, labels, speakers of both sides."""
    rng = np.random.default_rng(seed)
    ids = np.repeat(np.arange(num_speakers), each)
    first, second = np.triu_indices(len(ids), k=1)
    target = ids[first] == ids[second]
    effect = rng.normal(0, 0.5, num_speakers)
    noise = rng.normal(0, spread, len(first)) + effect[ids[first]] + effect[ids[second]]
    names = np.array([f"s{i:03d}" for i in range(num_speakers)])
    return (
        (2.5 * target + noise).round(digits),
        target,
        names[ids[first]].tolist(),
        names[ids[second]].tolist(),
    )


@pytest.fixture(params=["plain", "numba"], autouse=True)
def path(request, monkeypatch):
    """Every test runs in NumPy and in the compiled kernel."""
    if request.param == "plain":
        monkeypatch.setattr("kowairo.scoring._replicates.walk_kernel", lambda: None)
    else:
        pytest.importorskip("numba")
    return request.param


@pytest.mark.parametrize(
    ("num_speakers", "each", "digits"),
    [
        (6, 3, 1),  # ties of both classes
        (6, 3, 9),  # no ties
        (8, 9, 0),  # few values, each of hundreds of trials
        (7, 10, 9),  # more non-targets than are gone through at a time
    ],
)
def test_replicates_equal_a_naive_copying_of_trials(num_speakers, each, digits):
    scores, target, enroll, test = simulated(num_speakers, each, spread=1.5, digits=digits)
    trials = TrialSpeakers.of(target, enroll, test)
    weights = np.random.default_rng(1).integers(0, 4, (5, num_speakers)).astype(float)
    ours = replicate_metrics(RankedTrials.of(scores, trials), weights, p_targets=(0.01, 0.05))
    for row, w in zip(ours, weights, strict=True):
        times = np.where(target, w[trials.enroll], w[trials.enroll] * w[trials.test]).astype(int)
        copies, labels = np.repeat(scores, times), np.repeat(target, times)
        sides = copies[labels], copies[~labels]
        naive = [eer(*sides).value, min_dcf(*sides).value, min_dcf(*sides, p_target=0.05).value]
        assert row == pytest.approx(naive)


def test_a_constant_scorer_has_the_figures_of_chance_in_every_replicate():
    scores, target, enroll, test = simulated(num_speakers=20, each=8)  # one tie of 12,000 non-targets
    result = speaker_bootstrap(np.zeros_like(scores), target, enroll, test, num_replicates=20)
    assert (result.eer.low, result.eer.high) == pytest.approx((0.5, 0.5))
    assert (result.min_dcf[0.01].low, result.min_dcf[0.01].high) == pytest.approx((1.0, 1.0))


def test_separated_scores_have_no_errors_in_any_replicate():
    _, target, enroll, test = simulated(num_speakers=20, each=8)
    result = speaker_bootstrap(target.astype(float), target, enroll, test, num_replicates=20)
    assert (result.eer.low, result.eer.high, result.min_dcf[0.01].high) == (0.0, 0.0, 0.0)


def test_scores_the_wrong_way_round_are_gone_through_to_the_end():
    _, target, enroll, test = simulated(num_speakers=20, each=8)
    scores = np.random.default_rng(0).permutation(len(target)) / len(target) - 2 * target
    result = speaker_bootstrap(scores, target, enroll, test, num_replicates=20)
    assert (result.eer.low, result.eer.high, result.min_dcf[0.01].low) == pytest.approx((1.0, 1.0, 1.0))


def test_figures_of_many_priors_or_of_none_may_be_asked():
    data = simulated()
    priors = (0.001, 0.5, 0.999)
    result = speaker_bootstrap(*data, p_targets=priors, num_replicates=10)
    scores, target = data[:2]
    for p_target in priors:
        expected = min_dcf(scores[target], scores[~target], p_target=p_target).value
        assert result.min_dcf[p_target].value == pytest.approx(expected)
    assert speaker_bootstrap(*data, p_targets=(), num_replicates=10).eer == result.eer


def test_the_compiled_kernel_gives_the_same_bits(monkeypatch, path):
    data = simulated(num_speakers=30, each=8, digits=2)
    result = speaker_bootstrap(*data, num_replicates=40)
    monkeypatch.setattr("kowairo.scoring._replicates.walk_kernel", lambda: None)
    assert speaker_bootstrap(*data, num_replicates=40) == result


def test_without_numba_there_is_no_kernel(monkeypatch):
    monkeypatch.setitem(sys.modules, "kowairo.scoring._numba_replicates", None)  # as if not installed
    assert walk_kernel.__wrapped__() is None


def test_the_figures_are_those_of_all_trials_and_lie_in_their_intervals():
    scores, target, enroll, test = simulated()
    result = speaker_bootstrap(scores, target, enroll, test, num_replicates=200)
    assert result.eer.value == pytest.approx(eer(scores[target], scores[~target]).value)
    assert result.min_dcf[0.01].value == pytest.approx(min_dcf(scores[target], scores[~target]).value)
    for interval in (result.eer, *result.min_dcf.values()):
        assert interval.low < interval.value < interval.high
    assert (result.num_speakers, result.warning) == (24, "")


def test_equal_seeds_give_equal_intervals_and_other_seeds_others():
    data = simulated()
    first, again, other = (speaker_bootstrap(*data, num_replicates=50, seed=seed).eer for seed in (1, 1, 2))
    assert first == again
    assert first.low != other.low


def test_intervals_do_not_depend_on_the_order_of_the_trials():
    scores, target, enroll, test = simulated(num_speakers=8)
    order = np.random.default_rng(0).permutation(len(scores))
    shuffled = (scores[order], target[order], [enroll[i] for i in order], [test[i] for i in order])
    plain = speaker_bootstrap(scores, target, enroll, test, num_replicates=50)
    mixed = speaker_bootstrap(*shuffled, num_replicates=50)
    assert (plain.eer.low, plain.eer.high) == pytest.approx((mixed.eer.low, mixed.eer.high))


def test_more_speakers_narrow_the_interval():
    few, many = (speaker_bootstrap(*simulated(num_speakers=n), num_replicates=300).eer for n in (20, 60))
    assert many.high - many.low < few.high - few.low


def test_fewer_than_twenty_speakers_come_with_a_warning():
    assert "only 19 speakers" in speaker_bootstrap(*simulated(19), num_replicates=20).warning
    assert speaker_bootstrap(*simulated(20), num_replicates=20).warning == ""


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(4, 12))
def test_identical_systems_differ_by_exactly_zero(seed, num_speakers):
    scores, *rest = simulated(num_speakers, seed=seed)
    result = paired_bootstrap(scores, scores, *rest, num_replicates=30)
    for interval in (result.eer, *result.min_dcf.values()):
        assert (interval.value, interval.low, interval.high) == (0.0, 0.0, 0.0)


def test_a_rising_map_of_the_scores_is_no_difference_either():
    scores, *rest = simulated()
    result = paired_bootstrap(3 * scores + 1, scores, *rest, num_replicates=50)
    assert (result.eer.low, result.eer.high) == pytest.approx((0.0, 0.0))


def test_a_better_system_has_a_difference_below_zero_and_exchange_turns_the_sign():
    noisy, *rest = simulated(spread=2.0)
    clean = simulated(spread=0.5)[0]
    better = paired_bootstrap(clean, noisy, *rest, num_replicates=200).eer
    worse = paired_bootstrap(noisy, clean, *rest, num_replicates=200).eer
    assert better.high < 0
    assert (worse.value, worse.low, worse.high) == pytest.approx((-better.value, -better.high, -better.low))


def test_p_values_are_twice_the_rarer_side_of_zero_and_one_for_identical_systems():
    scores, *rest = simulated()
    other = scores + np.random.default_rng(5).normal(0, 0.3, len(scores))
    result = paired_bootstrap(other, scores, *rest, num_replicates=300)
    # with 300 replicates the p-value is below 5 % just where the 95 % interval leaves 0 out
    assert (result.eer_p_value < 0.05) == (result.eer.low > 0 or result.eer.high < 0)
    same = paired_bootstrap(scores, scores, *rest, num_replicates=50)
    assert (same.eer_p_value, same.min_dcf_p_value) == (1.0, {0.01: 1.0, 0.05: 1.0})


def test_the_paired_interval_is_narrower_than_two_single_ones():
    scores, *rest = simulated()
    other = scores + np.random.default_rng(5).normal(0, 0.1, len(scores))
    paired = paired_bootstrap(other, scores, *rest, num_replicates=300).eer
    single = speaker_bootstrap(scores, *rest, num_replicates=300).eer
    assert paired.high - paired.low < (single.high - single.low) / 2


def test_replicates_without_nontargets_are_left_out():
    data = ([1.0, 2.0, 0.0], [True, True, False], ["a", "b", "a"], ["a", "b", "b"])
    result = speaker_bootstrap(*data, num_replicates=50)
    assert (result.eer.low, result.eer.high) == (0.0, 0.0)
    with pytest.raises(InputError, match="no replicate of 2 speakers"):
        speaker_bootstrap(*data, num_replicates=1, seed=next(s for s in range(9) if _one_sided(s)))


def _one_sided(seed):
    return np.random.default_rng(seed).multinomial(2, [0.5, 0.5], size=1).max() == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": [1.0, np.nan, 0.0]}, "finite trial scores"),
        ({"scores": [1.0, 2.0]}, "expected 3 scores"),
        ({"target": [True, True, True]}, "labelled against their speakers, the first is trial 2: a and b"),
        ({"test_speakers": ["a", "b"]}, "two speakers per trial"),
        ({"num_replicates": 0}, "one replicate or more"),
        ({"confidence": 1.0}, "confidence in"),
    ],
)
def test_bad_input_is_refused(change, message):
    good = {
        "scores": [1.0, 2.0, 0.0],
        "target": [True, True, False],
        "enroll_speakers": ["a", "b", "a"],
        "test_speakers": ["a", "b", "b"],
    }
    with pytest.raises(InputError, match=message):
        speaker_bootstrap(**{**good, **change})


def test_a_list_without_nontargets_is_refused():
    with pytest.raises(InputError, match="2 target trials or more, and non-target trials, got 1 and 0"):
        speaker_bootstrap([1.0], [True], ["a"], ["a"])


@pytest.mark.slow
def test_intervals_cover_the_true_eer_about_as_often_as_they_say():
    truth = eer(*_split(simulated(num_speakers=400, seed=10_000, digits=9))).value
    hits = 0
    for seed in range(200):
        interval = speaker_bootstrap(*simulated(num_speakers=30, seed=seed), num_replicates=200).eer
        hits += interval.low <= truth <= interval.high
    # asked for 95 %; a percentile interval of 30 speakers is a little optimistic
    assert 0.88 <= hits / 200 <= 1.0


def _split(data):
    scores, target = data[:2]
    return scores[target], scores[~target]
