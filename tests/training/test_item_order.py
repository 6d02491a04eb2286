import numpy as np
import pytest

from kowairo.training import BalancedSpeakers, Shuffled

LABELS = np.array([0] * 2 + [1] * 7 + [2] * 3)


def test_shuffled_visits_every_item_once():
    assert sorted(Shuffled().indices(LABELS, seed=0, epoch=0)) == list(range(12))


@pytest.mark.parametrize("order", [Shuffled(), BalancedSpeakers()])
def test_order_follows_from_seed_and_epoch_alone(order):
    first = order.indices(LABELS, seed=1, epoch=2)
    np.testing.assert_array_equal(first, order.indices(LABELS, seed=1, epoch=2))
    assert (first != order.indices(LABELS, seed=1, epoch=3)).any()
    assert (first != order.indices(LABELS, seed=2, epoch=2)).any()


def test_balanced_rounds_hold_every_speaker_once():
    speakers = LABELS[BalancedSpeakers().indices(LABELS, seed=0, epoch=0)]
    assert [sorted(speakers[start : start + 3]) for start in range(0, 12, 3)] == [[0, 1, 2]] * 4


def test_balanced_repeats_a_line_only_when_the_speaker_has_no_other():
    items = BalancedSpeakers().indices(LABELS, seed=0, epoch=0)
    of_first, of_second = items[LABELS[items] == 0], items[LABELS[items] == 1]
    assert np.bincount(of_first).tolist() == [2, 2]
    assert len(set(of_second.tolist())) == 4


def test_labels_without_items_are_passed_over():
    labels = np.array([0, 3, 3, 0])
    assert set(labels[BalancedSpeakers().indices(labels, seed=0, epoch=0)]) == {0, 3}
