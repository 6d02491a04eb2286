"""Where a training run stands."""

from dataclasses import dataclass


@dataclass
class Progress:
    """Counters of a run; they and the weights are all that the next step depends on.

    Attributes:
        epoch: epoch in progress, from 0.
        batch: next batch of the epoch, from 0.
        step: optimiser steps taken in the stage.
        loss_sum: sum of the losses of the epoch's batches so far.
        correct: items of the epoch that the margin-free head recognised.
        items: items of the epoch so far.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    items: int = 0

    def count(self, loss: float, *, correct: int, items: int) -> None:
        """Enter one batch.

        Args:
            loss: mean loss of the batch.
            correct: recognised items.
            items: items of the batch.
        """
        self.loss_sum += loss
        self.correct += correct
        self.items += items

    def finish_step(self) -> None:
        """The optimiser step of the present batch is done."""
        self.step += 1
        self.batch += 1

    def finish_epoch(self) -> None:
        """The present epoch is done; the next one starts with empty sums."""
        self.epoch += 1
        self.batch = 0
        self.loss_sum = 0.0
        self.correct = 0
        self.items = 0
