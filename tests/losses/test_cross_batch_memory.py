import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import CrossBatchMemory


def test_the_newest_rows_come_first_and_the_oldest_go():
    memory = CrossBatchMemory(1, size=3)
    memory.add(torch.tensor([[1.0], [2.0]]), torch.tensor([10, 20]))
    memory.add(torch.tensor([[3.0], [4.0]]), torch.tensor([30, 40]))
    assert memory.rows.squeeze(1).tolist() == [3.0, 4.0, 1.0]
    assert memory.labels.tolist() == [30, 40, 10]


def test_empty_places_have_no_label():
    memory = CrossBatchMemory(2, size=3)
    memory.add(torch.ones(1, 2), torch.tensor([4]))
    assert memory.labels_in_use.tolist() == [4, -1, -1]


def test_a_memory_that_warms_up_fills_and_is_not_in_use():
    memory = CrossBatchMemory(1, size=2, warmup_batches=2)
    memory.add(torch.ones(1, 1), torch.tensor([4]))
    assert memory.labels_in_use.tolist() == [-1, -1]
    memory.add(torch.ones(1, 1), torch.tensor([5]))
    assert memory.labels_in_use.tolist() == [5, 4]


def test_a_batch_larger_than_the_memory_fills_it():
    memory = CrossBatchMemory(1, size=2)
    memory.add(torch.arange(5.0).unsqueeze(1), torch.arange(5))
    assert memory.labels.tolist() == [0, 1]


def test_rows_are_kept_without_gradient():
    memory = CrossBatchMemory(1, size=2)
    memory.add(torch.ones(1, 1, requires_grad=True), torch.tensor([0]))
    assert not memory.rows.requires_grad


def test_a_saved_memory_is_the_same():
    memory, other = CrossBatchMemory(1, size=2), CrossBatchMemory(1, size=2)
    memory.add(torch.ones(1, 1), torch.tensor([3]))
    other.load_state_dict(memory.state_dict())
    assert other.labels.tolist() == [3, -1]
    assert other.batches.item() == 1


def test_no_size_is_refused():
    with pytest.raises(InputError, match="positive embedding_dim and size"):
        CrossBatchMemory(4, size=0)
