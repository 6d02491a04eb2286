"""In which order an epoch visits the training items."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class ItemOrder(ABC):
    """A rule that gives the order of items for every epoch, as a function of (seed, epoch) alone."""

    @abstractmethod
    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """Items of one epoch, in order.

        Args:
            labels: (items,) class of each item.
            seed: seed of the run.
            epoch: epoch, from 0.

        Returns:
            (items,) indices into `labels`; an index may come more than once under a balancing rule.
        """


@dataclass(frozen=True)
class Shuffled(ItemOrder):
    """Every item once, in random order."""

    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """A permutation; see `ItemOrder.indices`."""
        rng = np.random.default_rng([seed, epoch])
        return rng.permutation(len(labels)).astype(np.int64)


@dataclass(frozen=True)
class BalancedSpeakers(ItemOrder):
    """Every speaker equally often: rounds through all speakers, each giving its next line.

    A batch of at most as many items as there are speakers then holds almost no speaker twice. A speaker with
    few lines repeats them (with other crops and noise), one with many shows another part of them every epoch.
    """

    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """Rounds of speakers until the epoch is full; see `ItemOrder.indices`."""
        rng = np.random.default_rng([seed, epoch])
        shuffled = rng.permutation(len(labels))
        by_speaker = shuffled[np.argsort(labels[shuffled], kind="stable")]
        counts = np.bincount(labels)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        present = np.flatnonzero(counts)
        rounds = -(-len(labels) // len(present))
        speakers = np.stack([rng.permutation(present) for _ in range(rounds)])  # (round, speaker)
        lines = np.arange(rounds)[:, None] % counts[speakers]
        rows: NDArray[np.int64] = (starts[speakers] + lines).ravel()[: len(labels)]
        chosen: NDArray[np.int64] = by_speaker[rows]
        return chosen
