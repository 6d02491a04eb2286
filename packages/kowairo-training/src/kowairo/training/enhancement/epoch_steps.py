"""The steps of an epoch, and the loss of a validation set."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from kowairo.core import KowairoError
from kowairo.enhance import EnhancementNet
from kowairo.losses import EnhancementLoss

from .batch import BatchSource, EnhancementBatch
from .processes import Processes


@dataclass(frozen=True)
class EpochFigures:
    """What an epoch of steps gave."""

    loss: float
    """Mean over rows."""
    data_share: float
    """Share of the time that was spent on making batches."""


def train_epoch(
    enhancer: EnhancementNet,
    loss: EnhancementLoss,
    optimizer: torch.optim.Optimizer,
    batches: BatchSource,
    *,
    epoch: int,
    processes: Processes,
) -> EpochFigures:
    """Take a step per batch.

    Args:
        enhancer: The net, changed in place.
        loss: The objective.
        optimizer: Over the parameters of both.
        batches: Training batches.
        epoch: From 0.
        processes: Among whom batches are shared.

    Raises:
        KowairoError: The loss became infinite or NaN.
    """
    enhancer.train()
    device = next(enhancer.parameters()).device
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    total, rows, started, waited = 0.0, 0.0, time.perf_counter(), 0.0
    source = batches.epoch(epoch)
    while True:
        before = time.perf_counter()
        batch = next(source, None)
        waited += time.perf_counter() - before
        if batch is None:
            break
        optimizer.zero_grad(set_to_none=True)
        value = _backward(enhancer, loss, batch.to(device), epoch=epoch)
        processes.sum_gradients(parameters)
        optimizer.step()
        total += value * len(batch.inputs)
        rows += len(batch.inputs)
    total, rows = processes.sum(total), processes.sum(rows)
    return EpochFigures(total / rows, waited / max(1e-9, time.perf_counter() - started))


def _backward(
    enhancer: EnhancementNet, loss: EnhancementLoss, batch: EnhancementBatch, *, epoch: int
) -> float:
    """Gradients of this process's share of a step; its loss."""
    if not len(batch.inputs):
        return 0.0
    value: torch.Tensor = loss(enhancer(batch.inputs), batch.targets, batch.labels)
    found = value.item()
    if not -float("inf") < found < float("inf"):
        raise KowairoError(f"the loss became {found} in epoch {epoch + 1}; lower the learning rate")
    (value * batch.share).backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    return found


class ValidationLoss:
    """The loss, and what it reports beside itself, on items of other speakers.

    Pairs of sessions are compared speaker by speaker. A classifier knows training speakers only: without
    items of theirs a loss that is nothing else has no value.

    Args:
        batches: Of the validation items; epoch 0 of them is used every time.
    """

    def __init__(self, batches: BatchSource) -> None:
        self._batches = batches

    def __call__(self, enhancer: EnhancementNet, loss: EnhancementLoss) -> tuple[float | None, float | None]:
        """Mean loss and mean figure over rows, in evaluation mode; None where there is none."""
        was_training = enhancer.training
        enhancer.eval()
        try:
            with torch.inference_mode():
                return self._means(enhancer, loss)
        finally:
            enhancer.train(was_training)

    def _means(self, enhancer: EnhancementNet, loss: EnhancementLoss) -> tuple[float | None, float | None]:
        sums, rows = [0.0, 0.0], [0, 0]
        for batch in self._on_device(enhancer):
            output = enhancer(batch.inputs)
            figure = loss.figure(output, batch.targets, batch.labels)
            value = loss.validation(output, batch.targets, batch.labels)
            for place, found in enumerate((value, figure)):
                if found is not None:
                    sums[place] += found.item() * len(output)
                    rows[place] += len(output)
        means = [total / count if count else None for total, count in zip(sums, rows, strict=True)]
        return means[0], means[1]

    def _on_device(self, enhancer: EnhancementNet) -> Iterator[EnhancementBatch]:
        device = next(enhancer.parameters()).device
        return (batch.to(device) for batch in self._batches.epoch(0))
