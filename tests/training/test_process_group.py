import json
import os
import signal
import time
from pathlib import Path

import pytest
import torch

from kowairo.core import InputError
from kowairo.training.process_group import run_in_group, uses_gpu


def test_one_process_is_this_one():
    assert run_in_group(lambda: os.getpid()) == os.getpid()


def test_an_error_of_one_process_is_the_tasks_own():
    with pytest.raises(ZeroDivisionError):
        run_in_group(lambda: 1 / 0)


@pytest.mark.parametrize("numbers", [{"devices": 0}, {"num_nodes": 0}])
def test_numbers_that_are_not_positive_are_refused(numbers):
    with pytest.raises(InputError, match="are positive"):
        run_in_group(lambda: None, **numbers)


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="auto, cpu or gpu"):
        uses_gpu("tpu")


def test_more_gpus_than_there_are_are_refused():
    with pytest.raises(InputError, match=f"the machine has {torch.cuda.device_count()} GPUs"):
        run_in_group(lambda: None, devices=99, device="gpu")


def test_several_nodes_must_know_where_to_meet(monkeypatch):
    monkeypatch.setenv("MASTER_ADDR", "localhost")
    with pytest.raises(InputError, match="set MASTER_PORT, NODE_RANK on each"):
        run_in_group(lambda: None, num_nodes=2)


def test_numbers_beside_torchruns_are_refused(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(InputError, match="torchrun has started 4 processes"):
        run_in_group(lambda: None, devices=2)


@pytest.mark.slow
def test_the_error_of_one_process_ends_all_and_is_told(outcome, tmp_path):
    status, errors = outcome("bad_input", 2, tmp_path)
    assert status == 1
    assert errors.splitlines()[-1].endswith("InputError: nothing to train on")


@pytest.mark.slow
def test_of_an_error_of_all_the_first_process_tells(outcome, tmp_path):
    assert outcome("both_fail", 2, tmp_path)[1].splitlines()[-1].endswith("KowairoError: told by 0")


@pytest.mark.slow
def test_a_process_that_disappears_ends_all(outcome, tmp_path):
    status, errors = outcome("crash", 2, tmp_path)
    assert status == 1
    assert "process 1 ended with status 7" in errors


@pytest.mark.slow
def test_processes_end_when_the_one_that_started_them_is_killed(start_group, tmp_path):
    process = start_group("hang", 2, tmp_path)
    deadline = time.monotonic() + 120
    while len(found := list(tmp_path.glob("*.pid"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    while any(_runs(int(path.stem)) for path in found):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _runs(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(outcome, data_folder, store, tiny_encoder, tmp_path):
    (tmp_path / "store").symlink_to(data_folder / "store")
    (tmp_path / "encoder.json").write_text(json.dumps(tiny_encoder))
    for processes in (1, 2):
        assert outcome("steps", processes, tmp_path) == (0, "")
    alone, group = (torch.load(tmp_path / f"steps.{processes}") for processes in (1, 2))
    for name, (losses, weights, correct) in alone.items():
        other_losses, other_weights, other_correct = group[name]
        assert len(losses) >= 50
        torch.testing.assert_close(other_losses, losses, rtol=1e-5, atol=1e-5, msg=name)
        assert abs(correct - other_correct) <= 1
        for key, value in weights.items():
            torch.testing.assert_close(other_weights[key], value, rtol=0.0, atol=1e-5, msg=key)
