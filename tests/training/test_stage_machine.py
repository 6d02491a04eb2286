"""Tests of the settings that hold while a stage trains."""

import logging
import warnings

import torch

from kowairo.training.stage_machine import machine_for, quiet_lightning


def test_threads_kernels_and_random_state_are_put_back():
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    with machine_for(2, "cpu") as place:
        assert (place.type, torch.get_num_threads()) == ("cpu", 1)
        assert torch.are_deterministic_algorithms_enabled()
        torch.rand(3)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.random.get_rng_state(), state)


def test_advice_of_lightning_is_kept_out_and_its_other_warnings_are_not():
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with quiet_lightning():
            assert logger.level == logging.WARNING
            warnings.warn("Found 7 module(s) in eval mode at the start of training.", stacklevel=1)
            warnings.warn("something else", stacklevel=1)
    assert [str(one.message) for one in seen] == ["something else"]
    assert logger.level == before
