"""Threads, kernels and messages while a stage trains."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from .process_group import uses_gpu


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Keep Lightning's advice out of the log: few workers and no logger are on purpose here."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not have many workers.*")
            # A frozen BatchNorm stays in evaluation mode: see Freezer.
            warnings.filterwarnings("ignore", message=".*in eval mode at the start of training.*")
            warnings.filterwarnings("ignore", message=".*`isinstance\\(treespec, LeafSpec\\)`.*")
            yield
    finally:
        logger.setLevel(before)


@contextmanager
def machine_for(threads: int, device: str) -> Iterator[torch.device]:
    """Set threads and deterministic kernels for the stage; put them and torch's generator back after it."""
    use_cuda = uses_gpu(device)
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())
    # On a CPU a batch is split over the cores, each with kernels of its own; see ShardPool.
    torch.set_num_threads(threads if use_cuda else 1)
    # Reflection padding has no deterministic gradient on GPUs; there a warning takes the place of the error.
    torch.use_deterministic_algorithms(True, warn_only=use_cuda)
    try:
        with torch.random.fork_rng(devices=[]):
            yield torch.device("cuda" if use_cuda else "cpu")
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
