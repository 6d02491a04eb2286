import numpy as np

from kowairo.core import Trials
from kowairo.report.evaluation.worst import worst_of_each_kind
from kowairo.report.scored_system import ScoredSystem


def test_the_lowest_targets_and_the_highest_nontargets_come_first():
    target = np.array([True, True, True, True, False, False, False, False])
    scores = np.array([0.9, 0.1, 0.2, 0.8, 0.95, 0.85, 0.0, 0.05])
    trials = Trials(list("abcdefgh"), list("ABCDEFGH"), target)
    misses, false_alarms = worst_of_each_kind(ScoredSystem("x", scores, target), trials)
    # Equal errors, two of four each, lie between 0.2 and 0.8.
    assert [row.enroll for row in misses] == ["b", "c"]
    assert [(row.enroll, row.test, row.score) for row in false_alarms] == [("e", "E", 0.95), ("f", "F", 0.85)]
    assert all(row.is_target for row in misses)


def test_the_number_is_limited_and_a_perfect_system_has_none():
    target = np.arange(40) < 20
    trials = Trials([str(i) for i in range(40)], ["x"] * 40, target)
    noisy = ScoredSystem("x", np.random.default_rng(0).normal(size=40), target)
    assert [len(kind) for kind in worst_of_each_kind(noisy, trials, count=3)] == [3, 3]
    perfect = ScoredSystem("x", target.astype(float), target)
    assert worst_of_each_kind(perfect, trials) == ([], [])
