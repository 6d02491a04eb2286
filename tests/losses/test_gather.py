import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from kowairo.losses import gather_rows

WORKER = Path(__file__).with_name("ddp_worker.py")


def start(folder, *, rank, world_size):
    arguments = [
        sys.executable,
        WORKER,
        rank,
        world_size,
        folder / "rendezvous",
        folder / f"{world_size}.{rank}",
    ]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen([str(one) for one in arguments], env=one_thread)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Results by loss of one process, and of both processes of two."""
    folder = tmp_path_factory.mktemp("ddp")
    processes = [start(folder, rank=rank, world_size=size) for rank, size in [(0, 1), (0, 2), (1, 2)]]
    try:
        assert [process.wait(timeout=300) for process in processes] == [0, 0, 0]
    finally:
        for process in processes:
            process.kill()
    return [torch.load(folder / name, weights_only=True) for name in ("1.0", "2.0", "2.1")]


def test_without_processes_the_rows_come_back_as_they_are():
    rows = torch.ones(2, 3)
    assert gather_rows(rows) is rows


@pytest.mark.slow
def test_two_processes_train_as_one_does(runs):
    alone, first, second = runs
    for name, (costs, weights) in alone.items():
        for other_costs, other_weights in (first[name], second[name]):
            # Float32 sums in another order, over ten steps.
            torch.testing.assert_close(
                other_costs, costs, atol=1e-5, rtol=1e-5, msg=lambda m, n=name: f"{n}: {m}"
            )
            torch.testing.assert_close(
                other_weights, weights, atol=1e-5, rtol=1e-5, msg=lambda m, n=name: f"{n}: {m}"
            )


@pytest.mark.slow
def test_every_run_has_learned_something(runs):
    for name, (costs, _) in runs[0].items():
        assert costs.isfinite().all(), name
        assert costs.diff().abs().max() > 0, name
