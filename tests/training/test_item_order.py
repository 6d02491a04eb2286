import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.training import BalancedSpeakers, Shuffled, SpeakerGroups

LABELS = np.array([0] * 2 + [1] * 7 + [2] * 3)


def test_shuffled_visits_every_item_once():
    assert sorted(Shuffled().indices(LABELS, seed=0, epoch=0)) == list(range(12))


@pytest.mark.parametrize("order", [Shuffled(), BalancedSpeakers(), SpeakerGroups(2, 2)])
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


def batches(labels, order, *, epoch=0):
    size = order.speakers * order.lines
    items = order.indices(labels, seed=0, epoch=epoch)
    return items[: len(labels) // size * size].reshape(-1, order.speakers, order.lines)


def test_every_batch_has_p_speakers_with_k_lines():
    labels = np.repeat(np.arange(7), 6)
    for batch in labels[batches(labels, SpeakerGroups(speakers=3, lines=2))]:
        assert (batch == batch[:, :1]).all()
        assert len(set(batch[:, 0])) == 3


def test_a_group_repeats_a_line_only_when_the_speaker_has_too_few():
    labels = np.array([0] * 2 + [1] * 9 + [2] * 3 + [3] * 10)
    for batch in batches(labels, SpeakerGroups(speakers=2, lines=3)):
        for items in batch:
            assert len(set(items)) == (2 if labels[items[0]] == 0 else 3)


def test_groups_of_a_speaker_go_through_all_its_lines():
    labels = np.repeat(np.arange(2), 8)
    items = batches(labels, SpeakerGroups(speakers=2, lines=4))
    assert sorted(items.ravel()) == list(range(16))


def test_speakers_that_a_round_leaves_out_come_in_others():
    labels = np.repeat(np.arange(5), 12)
    order = SpeakerGroups(speakers=3, lines=2)
    seen = [set(labels[batches(labels, order, epoch=epoch)].ravel()) for epoch in range(3)]
    assert set.union(*seen) == set(range(5))


def test_groups_fit_one_batch_size_only():
    with pytest.raises(InputError, match="4 speakers with 2 lines each make 8"):
        SpeakerGroups(4, 2).check_batch_size(64)


def test_groups_need_enough_speakers():
    with pytest.raises(InputError, match="3 speakers do not fill batches of 4"):
        SpeakerGroups(4, 2).indices(LABELS, seed=0, epoch=0)


def test_empty_groups_are_refused():
    with pytest.raises(InputError, match="are positive"):
        SpeakerGroups(4, 0)


@pytest.mark.parametrize("order", [BalancedSpeakers(), SpeakerGroups(2, 2)])
def test_an_order_by_speakers_refuses_unknown_ones(order):
    with pytest.raises(InputError, match="some are unknown; use Shuffled"):
        order.indices(np.array([0, 1, -1, 0]), seed=0, epoch=0)
