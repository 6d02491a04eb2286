"""Between the steps: state files, validation, the best model, metrics and throughput."""

import csv
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer
from torch.utils.tensorboard import SummaryWriter

from kowairo.core import atomic_path

from .checkpoint_average import EpochModels, MetricsRow
from .crop_loader import CropLoader
from .dataset import CropBatch
from .resume_state import RunRecord, save_state
from .speaker_model import SpeakerModel
from .speaker_module import SpeakerModule
from .throughput import Throughput

_log = logging.getLogger(__name__)

METRICS_COLUMNS = (
    "epoch",
    "step",
    "loss",
    "accuracy",
    "closed_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "valid_eer",
    "lr",
    "margin_rad",
    "crops_per_s",
    "audio_s_per_s",
    "data_wait_share",
)


class EpochCallback(Callback):
    """Keeps a stage's folder up to date while Lightning trains.

    What is written follows from the counters of the run, in an order in which a kill at any moment leaves a
    folder that the same call completes: the best model first, then the state that says the epoch is over.

    Args:
        folder: stage folder.
        record: findings of the run so far.
        loader: batches, for their waiting time.
        validate: evaluates a model.
        save_best: writes the model of the present epoch as the best one.
        total_epochs: epochs of the stage; the last one is always validated.
        validate_every_epochs: epochs from one validation to the next.
        save_every_steps: steps from one state file to the next inside an epoch.
        epoch_models: keeps the models of epochs that are averaged at the end; None where none are.
    """

    def __init__(
        self,
        folder: Path,
        record: RunRecord,
        *,
        loader: CropLoader,
        validate: Callable[[SpeakerModel], dict[str, float]],
        save_best: Callable[[SpeakerModel, MetricsRow], None],
        total_epochs: int,
        validate_every_epochs: int = 1,
        save_every_steps: int = 100,
        epoch_models: EpochModels | None = None,
    ) -> None:
        self._folder = folder
        self._record = record
        self._loader = loader
        self._validate = validate
        self._save_best = save_best
        self._total_epochs = total_epochs
        self._validate_every_epochs = validate_every_epochs
        self._save_every_steps = save_every_steps
        self._epoch_models = epoch_models
        self._writer: SummaryWriter | None = None
        self._epoch_started = (0.0, 0)

    @property
    def _state_path(self) -> Path:
        return self._folder / "resume.ckpt"

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Open the TensorBoard log, dropping what was logged after the state that the run continues from."""
        step = _speaker_module(pl_module).progress.step
        self._writer = SummaryWriter(str(self._folder / "tensorboard"), purge_step=step or None)
        write_metrics(self._folder / "metrics.csv", self._record.rows)

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock of the epoch."""
        self._epoch_started = (time.perf_counter(), _speaker_module(pl_module).progress.step)
        self._loader.waited_s = 0.0

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: object, batch: CropBatch, batch_idx: int
    ) -> None:
        """Save the state every so many steps; the epoch's end has its own."""
        progress = _speaker_module(pl_module).progress
        inside = progress.batch < self._loader.batches_per_epoch
        if inside and progress.step % self._save_every_steps == 0:
            save_state(self._state_path, _speaker_module(pl_module), self._record)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Validate, keep the model if it is the best, and enter the epoch into the log."""
        module = _speaker_module(pl_module)
        throughput = self._throughput(module.progress.step)
        row = self._evaluate(module)
        self._keep_if_best(module, row)
        # After the model is saved, whose card says what was reached and not on what machine.
        row |= throughput.columns()
        self._record.rows.append(row)
        if self._epoch_models is not None:
            self._epoch_models.keep(module.evaluated_model, self._record.rows)
        module.progress.finish_epoch()
        save_state(self._state_path, module, self._record)
        if self._epoch_models is not None:
            self._epoch_models.drop_unwanted(self._record.rows)
        write_metrics(self._folder / "metrics.csv", self._record.rows)
        self._log_row(row, throughput)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Close the TensorBoard log."""
        if self._writer is not None:
            self._writer.close()

    def _evaluate(self, module: SpeakerModule) -> MetricsRow:
        progress = module.progress
        last_step = max(0, progress.step - 1)
        row: MetricsRow = {
            "epoch": float(progress.epoch),
            "step": float(progress.step),
            "loss": progress.loss_sum / max(1, progress.batch),
            "lr": module.rules.optimizer.learning_rate
            * module.rules.schedule.factor(last_step, module.rules.total_steps),
        }
        if module.model.head.classifier is not None:
            row["accuracy"] = progress.correct / max(1, progress.items)
            row["margin_rad"] = module.rules.margin(last_step)
        number = progress.epoch + 1
        if number % self._validate_every_epochs == 0 or number == self._total_epochs:
            model = module.evaluated_model
            model.eval()
            row |= self._validate(model)
            model.train()
        return row

    def _keep_if_best(self, module: SpeakerModule, row: MetricsRow) -> None:
        value = row.get("valid_eer")
        if value is None:
            # Without validation trials nothing tells epochs apart: the last one is kept.
            if self._record.best_eer is None and module.progress.epoch + 1 == self._total_epochs:
                self._save_best(module.evaluated_model, row)
        elif self._record.best_eer is None or value <= self._record.best_eer:
            # Of equals the later one, which has seen more.
            self._record.best_eer = value
            self._save_best(module.evaluated_model, row)

    def _throughput(self, step: int) -> Throughput:
        started, first_step = self._epoch_started
        steps = step - first_step
        return Throughput(
            seconds=time.perf_counter() - started,
            waited_s=self._loader.waited_s,
            steps=steps,
            crops=steps * self._loader.batch_size,
            audio_s=steps * self._loader.audio_per_batch_s,
        )

    def _log_row(self, row: Mapping[str, float], throughput: Throughput) -> None:
        speed = throughput.columns()
        figures = {name: value for name, value in row.items() if name not in ("epoch", "step", *speed)}
        _log.info(
            "epoch %d: %s; %.2f steps/s, %.0f crops/s, %.0f s of audio/s, %.0f %% waiting for data",
            int(row["epoch"]),
            ", ".join(f"{name} {value:.4g}" for name, value in figures.items()),
            throughput.steps_per_s,
            speed["crops_per_s"],
            speed["audio_s_per_s"],
            100 * throughput.data_wait_share,
        )
        advice = throughput.advice(self._loader.num_workers)
        if advice is not None:
            _log.warning("%s", advice)
        if self._writer is None:
            return
        step = int(row["step"])
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        for name, value in {"steps_per_s": throughput.steps_per_s, **speed}.items():
            self._writer.add_scalar(f"throughput/{name}", value, step)
        self._writer.flush()


class EpochCounter(Callback):
    """Moves the counters on from epoch to epoch in a process that writes no files.

    Meanwhile the first process validates; the others wait for it in their next step.
    """

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The epoch is over."""
        _speaker_module(pl_module).progress.finish_epoch()


def write_metrics(path: Path, rows: list[MetricsRow]) -> None:
    """Write `metrics.csv`; a figure that an epoch does not have is an empty field.

    Figures of levels of identity (`valid_eer_<level>`) come last.

    Args:
        path: file to write.
        rows: one row per finished epoch.
    """
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        others = sorted({name for row in rows for name in row} - set(METRICS_COLUMNS))
        writer = csv.DictWriter(file, (*METRICS_COLUMNS, *others), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            counts = {"epoch": int(row["epoch"]), "step": int(row["step"])}
            writer.writerow({**row, **counts})


def _speaker_module(module: LightningModule) -> SpeakerModule:
    if not isinstance(module, SpeakerModule):
        raise TypeError(f"expected a SpeakerModule, got {type(module).__name__}")
    return module
