import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.training import Shuffled, SpeakerGroups
from kowairo.training.batch_plan import BatchPlan


@pytest.fixture
def plan():
    return BatchPlan(np.zeros(11, np.int64), order=Shuffled(), batch_size=3, seed=4)


def test_only_full_batches_are_given(plan):
    assert len(plan) == plan.batches_per_epoch == 3
    assert [len(batch) for batch in plan] == [3, 3, 3]


def test_an_epoch_continues_from_any_batch(plan):
    plan.seek(5, 0)
    whole = list(plan)
    plan.seek(5, 2)
    assert len(plan) == 1
    assert list(plan) == whole[2:]


def test_keys_tell_epoch_and_place(plan):
    plan.seek(5, 1)
    assert [(key.epoch, key.position) for key in next(iter(plan))] == [(5, 3), (5, 4), (5, 5)]


def test_too_few_items_are_refused():
    with pytest.raises(InputError, match="2 training items do not fill a batch of 3"):
        BatchPlan(np.zeros(2, np.int64), order=Shuffled(), batch_size=3, seed=0)


def test_groups_of_speakers_continue_from_any_batch():
    plan = BatchPlan(np.repeat(np.arange(5), 5), order=SpeakerGroups(3, 2), batch_size=6, seed=4)
    plan.seek(5, 0)
    whole = list(plan)
    assert len(whole) == 4
    plan.seek(5, 2)
    assert list(plan) == whole[2:]


def test_groups_of_another_size_are_refused():
    with pytest.raises(InputError, match="batch_size is 5"):
        BatchPlan(np.zeros(11, np.int64), order=SpeakerGroups(3, 2), batch_size=5, seed=0)


@pytest.mark.parametrize("num_parts", [2, 3, 4])
def test_the_parts_of_a_batch_are_the_batch(num_parts):
    settings = {"order": Shuffled(), "batch_size": 4, "seed": 1}
    whole = list(BatchPlan(np.arange(11) % 3, **settings))
    parts = [
        list(BatchPlan(np.arange(11) % 3, **settings, part=part, num_parts=num_parts))
        for part in range(num_parts)
    ]
    assert [[key for piece in pieces for key in piece] for pieces in zip(*parts, strict=True)] == whole
    assert {len(piece) for pieces in parts for piece in pieces} <= {4 // num_parts, -(-4 // num_parts)}


def test_fewer_items_in_a_batch_than_parts_are_refused():
    with pytest.raises(InputError, match="a batch of 2 items has none for some of 3 processes"):
        BatchPlan(np.arange(11), order=Shuffled(), batch_size=2, seed=0, part=0, num_parts=3)
