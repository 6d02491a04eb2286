import pytest
import torch

from kowairo.training.processes import (
    from_first,
    is_first,
    of_all,
    rank,
    sum_in_place,
    sum_numbers,
    wait_for_all,
    world_size,
)


def test_a_process_alone_is_the_first_of_one():
    assert (rank(), world_size(), is_first()) == (0, 1, True)


def test_a_process_alone_keeps_what_it_has():
    tensor = torch.ones(3)
    sum_in_place([tensor])
    wait_for_all()
    assert torch.equal(tensor, torch.ones(3))
    assert sum_numbers((1, 2.5), device=torch.device("cpu")) == [1, 2.5]
    assert from_first("a") == "a"
    assert of_all("a") == ["a"]


@pytest.mark.slow
def test_three_processes_share_sums_and_values(outcome, tmp_path):
    assert outcome("talk", 3, tmp_path) == (0, "")
    assert torch.load(tmp_path / "talk.3") == {
        "sums": [[6.0], [3.0], [3.0]],
        "numbers": [3.0, 3.0],
        "first": "I am 0",
        "all": [0, 10, 20],
    }
