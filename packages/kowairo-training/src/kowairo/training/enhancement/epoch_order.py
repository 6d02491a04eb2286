"""In which order an epoch takes items, and what it reads at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .config import Order

_BLOCK_ITEMS = 64  # 48 kB of a file at 192 dimensions: enough for a disk to be read at full speed
_BATCHES_PER_POOL = 64


@dataclass(frozen=True, eq=False)
class Pool:
    """Items that are mixed with each other."""

    items: NDArray[np.int64]
    """(item,) ascending."""
    order: NDArray[np.int64]
    """(item,) a permutation of places in `items`."""
    read_at_once: bool
    """Whether the embeddings of all are to be read together, in the order of the file."""


def epoch_pools(
    speakers: NDArray[np.int64],
    *,
    order: Order,
    batch_size: int,
    max_per_speaker: int | None,
    seed: int,
    epoch: int,
) -> Iterator[Pool]:
    """Give the items of an epoch; what comes follows from seed and epoch alone.

    Args:
        speakers: (item,) int64, items in the order of the file.
        order: "shuffled": one pool of all. "blocks": pools of 64 batches, made of runs of 64 neighbours from
            anywhere.
        batch_size: Items of a batch.
        max_per_speaker: Items of a speaker at most, drawn; None takes all.
        seed: Seed of the run.
        epoch: Epoch, from 0.

    Yields:
        Pools; together they hold every item once.
    """
    rng = np.random.default_rng([seed, epoch])
    items = _drawn(speakers, max_per_speaker, rng)
    if order == "shuffled":
        yield Pool(items, rng.permutation(len(items)), read_at_once=False)
        return
    blocks = rng.permutation(-(-len(items) // _BLOCK_ITEMS))
    # As many blocks as a batch has items: the pool is then full batches, whatever their size.
    per_pool = max(1, batch_size * _BATCHES_PER_POOL // _BLOCK_ITEMS)
    for start in range(0, len(blocks), per_pool):
        chosen = np.sort(blocks[start : start + per_pool])
        places = (chosen[:, None] * _BLOCK_ITEMS + np.arange(_BLOCK_ITEMS)).ravel()
        pool = items[places[places < len(items)]]
        yield Pool(pool, rng.permutation(len(pool)), read_at_once=True)


def _drawn(
    speakers: NDArray[np.int64], max_per_speaker: int | None, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Items, ascending, with at most so many of each speaker."""
    if max_per_speaker is None:
        return np.arange(len(speakers))
    shuffled = rng.permutation(len(speakers))
    by_speaker = shuffled[np.argsort(speakers[shuffled], kind="stable")]
    ordered = speakers[by_speaker]
    rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    return np.sort(by_speaker[rank < max_per_speaker])
