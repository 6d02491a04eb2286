import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.metrics import fnir_at_fpir, open_set_rates

# two known probes, of whom the second scores higher with another speaker; two unknown ones
_SCORES = [[0.9, 0.1, 0.2], [0.3, 0.5, 0.6], [0.4, 0.2, 0.1], [0.0, 0.7, 0.1]]
_LABELS = [0, 1, -1, -1]


def test_rates_of_a_hand_worked_search():
    rates = open_set_rates(_SCORES, _LABELS)
    assert rates.threshold.tolist() == [0.4, 0.7, 0.9, np.inf]
    assert rates.fnir.tolist() == [0.5, 0.5, 0.5, 1.0]  # the second is not the best of its list
    assert rates.fpir.tolist() == [1.0, 0.5, 0.0, 0.0]


def test_a_longer_list_of_candidates_finds_more():
    rates = open_set_rates(_SCORES, _LABELS, rank=2)
    assert rates.threshold.tolist() == [0.4, 0.5, 0.7, 0.9, np.inf]
    assert rates.fnir.tolist() == [0.0, 0.0, 0.5, 0.5, 1.0]
    assert rates.fpir.tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]
    assert fnir_at_fpir(rates, fpir=0.5) == 0.0
    assert fnir_at_fpir(rates, fpir=0.1) == 0.5


@pytest.mark.parametrize("rank", [1, 3])
def test_rates_equal_a_naive_search(rank):
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(60, 8)).round(1), rng.integers(-1, 8, 60)
    scores[np.arange(60), labels] += 1.5 * (labels >= 0)
    rates = open_set_rates(scores, labels, rank=rank)
    for threshold, fnir, fpir in zip(rates.threshold, rates.fnir, rates.fpir, strict=True):
        missed, alarms = [], []
        for row, label in zip(scores, labels, strict=True):
            if label < 0:
                alarms.append(row.max() >= threshold)
                continue
            better = sum(other >= row[label] for i, other in enumerate(row) if i != label)
            missed.append(row[label] < threshold or better >= rank)
        assert (fnir, fpir) == (pytest.approx(np.mean(missed)), pytest.approx(np.mean(alarms)))


def test_a_constant_scorer_identifies_nobody():
    rates = open_set_rates(np.zeros((4, 3)), [0, 1, -1, -1])
    assert rates.fnir.tolist() == [1.0, 1.0]


def test_the_order_of_probes_changes_nothing():
    order = [2, 0, 3, 1]
    shuffled = open_set_rates(np.array(_SCORES)[order], np.array(_LABELS)[order])
    assert shuffled.fnir.tolist() == open_set_rates(_SCORES, _LABELS).fnir.tolist()


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        (_SCORES, [0, 1, 2, 0], "known and unknown probes, got 4 and 0"),
        (_SCORES, [-1, -1, -1, -1], "known and unknown probes, got 0 and 4"),
        (_SCORES, [0, 1, -1], "one label per row"),
        (_SCORES, [0, 3, -1, -1], r"labels in 0\.\.2, got 3"),
        (_SCORES, [0, -2, -1, -1], r"labels in 0\.\.2, got -2"),
        ([[np.nan, 1.0], [1.0, 0.0]], [0, -1], "finite scores"),
    ],
)
def test_bad_input_is_refused(scores, labels, message):
    with pytest.raises(InputError, match=message):
        open_set_rates(scores, labels)


def test_ranks_and_rates_out_of_range_are_refused():
    with pytest.raises(InputError, match="rank of 1 or more"):
        open_set_rates(_SCORES, _LABELS, rank=0)
    with pytest.raises(InputError, match=r"rate in \[0, 1\]"):
        fnir_at_fpir(open_set_rates(_SCORES, _LABELS), fpir=1.5)
