"""The training step of a speaker encoder, as a Lightning module."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor

from kowairo.core import KowairoError
from kowairo.losses import MarginSchedule

from .dataset import CropBatch
from .optimizer import OptimizerConfig
from .progress import Progress
from .schedule import Schedule
from .seeds import item_seed
from .speaker_model import SpeakerModel, WeightAverage
from .spec_augment import SpecAugment


class NonFiniteLossError(KowairoError):
    """The loss or the gradient is not a finite number any more."""


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
    seed: int = 0


class SpeakerModule(LightningModule):
    """Classifies crops by speaker.

    The module keeps its own counters (`progress`) and derives learning rate, margin and every random draw
    from them: a run that continues from saved weights, optimiser state and counters takes the step it would
    have taken.

    Args:
        model: encoder and head.
        rules: how a step is taken.
        progress: where the run stands; a new run by default.
    """

    def __init__(self, model: SpeakerModel, rules: StepRules, progress: Progress | None = None) -> None:
        super().__init__()
        self.model = model
        self.rules = rules
        self.progress = progress or Progress()
        self.average = None if rules.ema_decay is None else WeightAverage(model, rules.ema_decay)
        self._optimizer = rules.optimizer.build(model.named_parameters())

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
            group["lr"] = self.learning_rate
        self.model.head.set_margin(self.margin_rad)

    def training_step(self, batch: CropBatch, batch_idx: int) -> Tensor:
        """Loss of one batch.

        Args:
            batch: crops, labels and item seeds.
            batch_idx: Lightning's count, which starts anew when a run continues; unused.

        Returns:
            Scalar loss.

        Raises:
            NonFiniteLossError: if the loss is not finite.
        """
        embeddings = self._embed(batch)
        loss: Tensor = self.model.head(embeddings, batch.labels)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise NonFiniteLossError(
                f"the loss is {value} at step {self.progress.step} ({self._place()}); "
                "lower the learning rate or the margin, or train with precision fp32"
            )
        recognised = self.model.head.logits(embeddings.detach()).argmax(dim=1) == batch.labels
        self.progress.count(value, correct=int(recognised.sum()), items=len(batch.labels))
        return loss

    def configure_gradient_clipping(
        self,
        optimizer: torch.optim.Optimizer,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip the gradient by its norm.

        Raises:
            NonFiniteLossError: if the gradient is not finite.
        """
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.rules.gradient_clip_norm)
        if not bool(torch.isfinite(norm)):
            raise NonFiniteLossError(
                f"the gradient is not finite at step {self.progress.step} ({self._place()})"
            )

    def optimizer_step(
        self,
        epoch: int,
        batch_idx: int,
        optimizer: torch.optim.Optimizer | LightningOptimizer,
        optimizer_closure: Callable[[], Any] | None = None,
    ) -> None:
        """Take the step, then move the average and the counters."""
        super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)
        if self.average is not None:
            self.average.update(self.model)
        self.progress.finish_step()

    def _embed(self, batch: CropBatch) -> Tensor:
        encoder, rules, progress = self.model.encoder, self.rules, self.progress
        # An encoder with dropout draws from torch's generator; a seed of its own makes that draw a function
        # of the step.
        with torch.random.fork_rng(devices=_cuda_devices(batch.waveforms.device)):
            torch.manual_seed(item_seed(rules.seed, progress.epoch, "dropout", position=progress.batch))
            features: Tensor = encoder.front_end(batch.waveforms)
            if rules.spec_augment is not None:
                features = rules.spec_augment(features, batch.seeds)
            enabled = rules.dtype != torch.float32
            with torch.autocast(features.device.type, dtype=torch.bfloat16, enabled=enabled):
                return encoder.embed_features(features).float()

    def _place(self) -> str:
        return f"epoch {self.progress.epoch}, batch {self.progress.batch}"


def _cuda_devices(device: torch.device) -> list[torch.device]:
    return [device] if device.type == "cuda" else []
