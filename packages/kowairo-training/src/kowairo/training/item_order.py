"""In which order an epoch visits the training items."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError


class ItemOrder(ABC):
    """A rule that gives the order of items for every epoch, as a function of (seed, epoch) alone."""

    @abstractmethod
    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """Items of one epoch, in order.

        Args:
            labels: (items,) class of each item; -1 where the speaker is unknown.
            seed: seed of the run.
            epoch: epoch, from 0.

        Returns:
            Indices into `labels`, as many as there are items or, under a rule about batches, at least as
            many as the full batches of that many items take; an index may come more than once.
        """

    def check_batch_size(self, batch_size: int) -> None:  # noqa: B027 - most orders fit any batch
        """Refuse a batch size that the rule does not fit.

        Args:
            batch_size: items per batch.

        Raises:
            InputError: if the rule is about batches of another size.
        """


@dataclass(frozen=True)
class Shuffled(ItemOrder):
    """Every item once, in random order."""

    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """A permutation; see `ItemOrder.indices`."""
        rng = np.random.default_rng([seed, epoch])
        return rng.permutation(len(labels)).astype(np.int64, copy=False)


@dataclass(frozen=True)
class BalancedSpeakers(ItemOrder):
    """Every speaker equally often: rounds through all speakers, each giving its next line.

    A batch of at most as many items as there are speakers then holds almost no speaker twice. A speaker with
    few lines repeats them (with other crops and noise), one with many shows another part of them every epoch.
    """

    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """Rounds of speakers until the epoch is full; see `ItemOrder.indices`.

        Raises:
            InputError: if the speaker of an item is unknown.
        """
        rng = np.random.default_rng([seed, epoch])
        shuffled = rng.permutation(len(labels))
        by_speaker = shuffled[np.argsort(labels[shuffled], kind="stable")]
        counts = _speaker_counts(labels)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        present = np.flatnonzero(counts)
        rounds = -(-len(labels) // len(present))
        speakers = np.stack([rng.permutation(present) for _ in range(rounds)])  # (round, speaker)
        lines = np.arange(rounds)[:, None] % counts[speakers]
        rows: NDArray[np.int64] = (starts[speakers] + lines).ravel()[: len(labels)]
        chosen: NDArray[np.int64] = by_speaker[rows]
        return chosen


@dataclass(frozen=True)
class SpeakerGroups(ItemOrder):
    """Batches of P speakers with K lines each, for losses that compare the utterances of a batch.

    Rounds through all speakers in random order; where P does not divide their number, a round leaves out
    another few each time, so that no batch has a speaker twice. A speaker's lines come in random order too,
    K by K; one with fewer than K lines repeats them (with other crops and noise).

    Attributes:
        speakers: P, speakers of a batch.
        lines: K, lines of each.
    """

    speakers: int = 16
    lines: int = 4

    def __post_init__(self) -> None:
        """Checks the sizes."""
        if self.speakers < 1 or self.lines < 1:
            raise InputError(f"speakers and lines are positive, got {self.speakers} and {self.lines}")

    def check_batch_size(self, batch_size: int) -> None:
        """Refuse any size but P x K; see `ItemOrder.check_batch_size`."""
        if batch_size != self.speakers * self.lines:
            raise InputError(
                f"batch_size is {batch_size}, but {self.speakers} speakers with {self.lines} lines each make "
                f"{self.speakers * self.lines}"
            )

    def indices(self, labels: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
        """Groups of K lines of P speakers; see `ItemOrder.indices`.

        Raises:
            InputError: if there are fewer than P speakers, or the speaker of an item is unknown.
        """
        rng = np.random.default_rng([seed, epoch])
        shuffled = rng.permutation(len(labels))
        by_speaker = shuffled[np.argsort(labels[shuffled], kind="stable")]
        counts = _speaker_counts(labels)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        present = np.flatnonzero(counts)
        if len(present) < self.speakers:
            raise InputError(f"{len(present)} speakers do not fill batches of {self.speakers} speakers")
        per_round = len(present) // self.speakers * self.speakers
        rounds = -(-len(labels) // (per_round * self.lines))
        chosen = np.concatenate([rng.permutation(present)[:per_round] for _ in range(rounds)])
        # How often the speaker had its turn before: a speaker left out of a round loses no line by it.
        turns = np.zeros(len(chosen), dtype=np.int64)
        by_turn = np.argsort(chosen, kind="stable")
        grouped = chosen[by_turn]
        turns[by_turn] = np.arange(len(chosen)) - np.searchsorted(grouped, grouped)
        lines = turns[:, None] * self.lines + np.arange(self.lines)  # (turn, line)
        found: NDArray[np.int64] = by_speaker[starts[chosen][:, None] + lines % counts[chosen][:, None]]
        return found.ravel()


def _speaker_counts(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    if labels.min() < 0:
        raise InputError(
            "an order by speakers needs the speaker of every utterance, and some are unknown; use Shuffled"
        )
    return np.bincount(labels)
