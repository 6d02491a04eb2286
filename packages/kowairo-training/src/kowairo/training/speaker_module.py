"""The training step of a speaker encoder, as a Lightning module."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn

from kowairo.core import InputError, KowairoError
from kowairo.losses import MarginSchedule, RowCounts, Targets
from kowairo.models import without_gradients_of_constants

from .dataset import CropBatch
from .freezer import Freezer
from .optimizer import OptimizerConfig
from .parameter_rule import ParameterRule
from .processes import of_all, rank, sum_in_place, sum_numbers, world_size
from .progress import Progress
from .schedule import Schedule
from .seeds import item_seed
from .shard_pool import ShardPool, split_batch
from .speaker_model import SpeakerModel, WeightAverage
from .spec_augment import SpecAugment


class NonFiniteLossError(KowairoError):
    """The loss or the gradient is not a finite number any more.

    Args:
        message: what happened, and where.
        items: training items of the batch.
    """

    def __init__(self, message: str, items: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.items = tuple(items)


@dataclass(frozen=True)
class StepRules:
    """How a step is taken.

    Attributes:
        optimizer: optimiser settings.
        schedule: learning rate by step.
        margin: margin of the head by step.
        total_steps: steps of the whole stage.
        gradient_clip_norm: largest norm of the gradient.
        dtype: number format of the encoder's matrix products.
        spec_augment: masks on the features; None for none.
        ema_decay: decay of the averaged weights; None for no average.
        shards: parts of a batch that are computed side by side, on a core each.
        accumulate: times that parts of a batch are computed one after the other before the update.
        parameter_rules: which parameters are trained from when on, and how fast.
        seed: seed of the run.
    """

    optimizer: OptimizerConfig
    schedule: Schedule
    margin: MarginSchedule
    total_steps: int
    gradient_clip_norm: float = 5.0
    dtype: torch.dtype = torch.float32
    spec_augment: SpecAugment | None = None
    ema_decay: float | None = None
    shards: int = 1
    accumulate: int = 1
    parameter_rules: tuple[ParameterRule, ...] = ()
    seed: int = 0


class _Gradients(NamedTuple):
    loss: float
    gradients: tuple[Tensor, ...]
    num_recognised: int


class SpeakerModule(LightningModule):
    """Classifies crops by speaker.

    The module keeps its own counters (`progress`) and derives learning rate, margin and every random draw
    from them: a run that continues from saved weights, optimiser state and counters takes the step it would
    have taken.

    Where several processes train together, each gets its part of the batch, and all take the same step: that
    of one process with the whole batch, but for the order of sums, and for BatchNorm, which sees a part at a
    time (its running statistics are the mean of theirs).

    Args:
        model: encoder and head.
        rules: how a step is taken.
        progress: where the run stands; a new run by default.

    Raises:
        InputError: if a loss over the whole batch is to be accumulated, or the parameter rules do not fit.
    """

    def __init__(self, model: SpeakerModel, rules: StepRules, progress: Progress | None = None) -> None:
        super().__init__()
        self.model = model
        self.rules = rules
        self.progress = progress or Progress()
        self.average = None if rules.ema_decay is None else WeightAverage(model, rules.ema_decay)
        # Gradients are computed in parts and put together here: Lightning leaves the update to us.
        self.automatic_optimization = False
        if rules.accumulate > 1 and model.head.needs_whole_batch:
            raise InputError(
                f"{type(model.head.loss).__name__} sees the whole batch at once: accumulate must be 1"
            )
        self._freezer = Freezer(model, rules.parameter_rules, total_steps=rules.total_steps)
        self._optimizer = rules.optimizer.build(model.named_parameters())
        self._freezer.set_factors(self._optimizer)
        self._parameters_to_train = self._freezer.trained_at(self.progress.step)
        self._pool = ShardPool(rules.shards)

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimiser, there from the start so that its state can be restored before training."""
        return self._optimizer

    @property
    def evaluated_model(self) -> SpeakerModel:
        """The model that is evaluated and saved: the averaged one where averaging is on."""
        return self.model if self.average is None else self.average.model

    @property
    def learning_rate(self) -> float:
        """Learning rate of the step about to be taken."""
        factor = self.rules.schedule.factor(self.progress.step, self.rules.total_steps)
        return self.rules.optimizer.learning_rate * factor

    @property
    def margin_rad(self) -> float:
        """Margin of the step about to be taken, in radians."""
        return self.rules.margin(self.progress.step)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Hand the optimiser to Lightning."""
        return self._optimizer

    def on_train_batch_start(self, batch: CropBatch, batch_idx: int) -> None:
        """Set what the schedules say for this step."""
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate * group.get("learning_rate_factor", 1.0)
        self.model.head.set_margin(self.margin_rad)

    def training_step(self, batch: CropBatch, batch_idx: int) -> None:
        """Take one step; see `take_step`.

        Args:
            batch: crops, labels and item seeds.
            batch_idx: Lightning's count, which starts anew when a run continues; unused.
        """
        self.take_step(batch)

    def take_step(self, batch: CropBatch) -> float:
        """Forward, backward, clipping, update; then the average and the counters move on.

        Args:
            batch: crops, labels and item seeds; this process's part of the batch.

        Returns:
            Mean loss of the batch, of all processes together.

        Raises:
            NonFiniteLossError: if the loss or the gradient is not finite; nothing is updated then.
        """
        self._parameters_to_train = self._freezer.trained_at(self.progress.step)
        loss = self._set_gradient(batch)
        if not math.isfinite(loss):
            raise NonFiniteLossError(
                f"the loss is {loss} at step {self.progress.step} ({self._place()}); "
                "lower the learning rate or the margin, or train with precision fp32",
                _items_of_all(batch),
            )
        norm = torch.nn.utils.clip_grad_norm_(self._parameters_to_train, self.rules.gradient_clip_norm)
        if not bool(torch.isfinite(norm)):
            raise NonFiniteLossError(
                f"the gradient is not finite at step {self.progress.step} ({self._place()})",
                _items_of_all(batch),
            )
        self._optimizer.step()
        self._share_statistics()
        if self.average is not None:
            self.average.update(self.model)
        self.progress.finish_step()
        return loss

    def _set_gradient(self, batch: CropBatch) -> float:
        # Dropout draws from torch's generator: seeded here, that draw is a function of the step.
        with torch.random.fork_rng(devices=_cuda_devices(batch.waveforms.device)):
            purpose = "dropout" if rank() == 0 else f"dropout {rank()}"
            torch.manual_seed(
                item_seed(self.rules.seed, self.progress.epoch, purpose, position=self.progress.batch)
            )
            rule = self._whole_batch if self.model.head.needs_whole_batch else self._row_by_row
            whole = _counts_of_all(batch)
            found = _sum_over_processes(rule(batch, whole))
        for parameter, gradient in zip(self._parameters_to_train, found.gradients, strict=True):
            parameter.grad = gradient
        self.progress.count(found.loss, correct=found.num_recognised, items=whole.labels)
        return found.loss

    @torch.no_grad()
    def _share_statistics(self) -> None:
        if world_size() == 1:
            return
        norms = [one for one in self.model.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
        statistics = [
            value
            for norm in norms
            for value in (norm.running_mean, norm.running_var)
            if norm.training and value is not None
        ]
        sum_in_place(statistics)
        for value in statistics:
            value /= world_size()

    def _row_by_row(self, batch: CropBatch, whole: RowCounts) -> _Gradients:
        # One chunk after the other, so that the activations of one only are in memory.
        first, *others = split_batch(batch, self.rules.accumulate)
        found = self._side_by_side(first, whole)
        for chunk in others:
            found = _sum_gradients([found, self._side_by_side(chunk, whole)])
        return found

    def _side_by_side(self, chunk: CropBatch, whole: RowCounts) -> _Gradients:
        return _sum_gradients(
            self._pool.run(lambda part: self._gradient(part, whole), self._pool.split(chunk))
        )

    def _gradient(self, part: CropBatch, whole: RowCounts) -> _Gradients:
        embeddings = self._embed(part)
        loss = self.model.head.share(embeddings, _targets(part), whole)
        gradients = torch.autograd.grad(loss, self._parameters_to_train, materialize_grads=True)
        recognised = self.model.head.num_recognised(embeddings.detach(), part.labels)
        return _Gradients(float(loss.detach()), gradients, recognised)

    def _whole_batch(self, batch: CropBatch, whole: RowCounts) -> _Gradients:
        # The embeddings come in parts; the loss sees them together, once, and each part then goes its way
        # back from the gradient of its rows.
        embedded = self._pool.run(self._embed, self._pool.split(batch))
        rows = torch.cat([part.detach() for part in embedded]).requires_grad_()
        loss = self.model.head.share(rows, _targets(batch), whole)
        towards = [rows, *self._parameters_to_train]
        slopes, *direct = torch.autograd.grad(loss, towards, materialize_grads=True)
        starts = slopes.split_with_sizes([len(part) for part in embedded])
        through = self._pool.run(self._backward, list(zip(embedded, starts, strict=True)))
        recognised = self.model.head.num_recognised(rows.detach(), batch.labels)
        return _Gradients(float(loss.detach()), _sum_columns([tuple(direct), *through]), recognised)

    def _backward(self, part: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        embeddings, slopes = part
        if not embeddings.requires_grad:  # the whole encoder is frozen
            return tuple(torch.zeros_like(parameter) for parameter in self._parameters_to_train)
        return torch.autograd.grad(
            embeddings, self._parameters_to_train, grad_outputs=slopes, materialize_grads=True
        )

    def _embed(self, batch: CropBatch) -> Tensor:
        encoder, rules = self.model.encoder, self.rules
        plain: Tensor = encoder.front_end(batch.waveforms)
        masked = plain if rules.spec_augment is None else rules.spec_augment(plain, batch.seeds)
        enabled = rules.dtype != torch.float32
        # A weight is cast once per step anyway, and the cache is shared between threads.
        with torch.autocast(plain.device.type, dtype=torch.bfloat16, enabled=enabled, cache_enabled=False):
            embeddings = encoder.embed_features(masked).float()
        return without_gradients_of_constants(embeddings, plain)

    def _place(self) -> str:
        return f"epoch {self.progress.epoch}, batch {self.progress.batch}"


def _targets(batch: CropBatch) -> Targets:
    return Targets(batch.labels, batch.domains, batch.teacher)


def _counts_of_all(batch: CropBatch) -> RowCounts:
    counts = _targets(batch).counts()
    return RowCounts(*(int(total) for total in sum_numbers(counts, device=batch.labels.device)))


def _items_of_all(batch: CropBatch) -> list[int]:
    return [item for part in of_all(batch.items.tolist()) for item in part]


def _sum_over_processes(found: _Gradients) -> _Gradients:
    if world_size() == 1:
        return found
    sum_in_place(found.gradients)
    loss, recognised = sum_numbers((found.loss, found.num_recognised), device=found.gradients[0].device)
    return found._replace(loss=loss, num_recognised=int(recognised))


def _sum_gradients(parts: Sequence[_Gradients]) -> _Gradients:
    return _Gradients(
        sum(part.loss for part in parts),
        _sum_columns([part.gradients for part in parts]),
        sum(part.num_recognised for part in parts),
    )


def _sum_columns(parts: Sequence[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    # Summed in the order of the parts: the same bits whichever part was ready first.
    return tuple(sum(column[1:], start=column[0]) for column in zip(*parts, strict=True))


def _cuda_devices(device: torch.device) -> list[torch.device]:
    return [device] if device.type == "cuda" else []
