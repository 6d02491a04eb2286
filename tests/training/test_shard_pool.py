import threading

import torch

from kowairo.training.dataset import CropBatch
from kowairo.training.shard_pool import ShardPool, shards_for, split_batch

BATCH = CropBatch(torch.randn(5, 8), torch.arange(5), torch.arange(5) + 10, torch.arange(5) + 20)
CPU = torch.device("cpu")


def test_parts_together_are_the_batch():
    parts = ShardPool(2).split(BATCH)
    assert [len(part.labels) for part in parts] == [3, 2]
    for whole, pieces in zip(BATCH[:4], zip(*[part[:4] for part in parts], strict=True), strict=True):
        assert torch.equal(torch.cat(pieces), whole)


def test_no_part_is_empty():
    assert len(ShardPool(9).split(BATCH)) == 5


def test_results_come_in_the_order_of_the_parts():
    pool = ShardPool(2)
    parts = pool.split(BATCH)
    for _ in range(3):
        assert pool.run(lambda part: part.labels.tolist(), parts) == [[0, 1, 2], [3, 4]]


def test_parts_without_draws_run_side_by_side():
    pool, meeting = ShardPool(2), threading.Barrier(2)
    parts = pool.split(BATCH)
    pool.run(len, parts)
    assert pool.run(lambda part: meeting.wait(10) >= 0, parts) == [True, True]


def test_parts_that_draw_run_in_turn():
    pool = ShardPool(2)
    parts = pool.split(BATCH)
    with torch.random.fork_rng(devices=[]):
        pool.run(lambda part: torch.rand(1), parts)
        names = pool.run(lambda part: threading.current_thread() is threading.main_thread(), parts)
    assert names == [True, True]


def test_batch_norm_and_gpus_allow_one_part_only():
    assert shards_for(torch.nn.Linear(1, 1), 4, CPU) == 4
    assert shards_for(torch.nn.Sequential(torch.nn.BatchNorm1d(1)), 4, CPU) == 1
    assert shards_for(torch.nn.Linear(1, 1), 4, torch.device("cuda")) == 1


def test_columns_that_a_batch_lacks_are_lacking_in_its_parts():
    assert [part.teacher for part in split_batch(BATCH, 2)] == [None, None]
    parts = split_batch(BATCH._replace(teacher=torch.arange(10.0).reshape(5, 2)), 2)
    assert torch.equal(torch.cat([part.teacher for part in parts]), torch.arange(10.0).reshape(5, 2))
