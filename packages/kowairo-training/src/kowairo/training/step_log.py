"""Lines of log inside the epochs."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from .crop_loader import CropLoader
from .speaker_module import SpeakerModule

_log = logging.getLogger(__name__)


class StepLog(Callback):
    """Logs a line every so many batches, and appends it with the time to a file.

    Loss and accuracy are means over the epoch so far. A run that goes on after a kill may repeat the lines
    behind its last state.

    Args:
        path: file to append to.
        loader: batches, for their number.
        every_steps: batches from one line to the next; an epoch's last batch has one too.
        total_epochs: epochs of the stage.
    """

    def __init__(self, path: Path, loader: CropLoader, *, every_steps: int, total_epochs: int) -> None:
        self._path = path
        self._loader = loader
        self._every_steps = every_steps
        self._total_epochs = total_epochs

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Write the line if it is time."""
        if not isinstance(pl_module, SpeakerModule):
            raise TypeError(f"expected a SpeakerModule, got {type(pl_module).__name__}")
        done, total = pl_module.progress.batch, self._loader.batches_per_epoch
        if done % self._every_steps != 0 and done != total:
            return
        line = f"batch {done} of {total}, epoch {pl_module.progress.epoch + 1} of {self._total_epochs}: "
        line += describe_progress(pl_module)
        _log.info("%s", line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"[{datetime.now().astimezone().isoformat(sep=' ', timespec='seconds')}] {line}\n")


def describe_progress(module: SpeakerModule) -> str:
    """Mean loss and accuracy of the epoch so far, and the learning rate of the last step."""
    progress, rules = module.progress, module.rules
    parts = [f"loss {progress.loss_sum / max(1, progress.batch):.5f}"]
    if module.model.head.classifier is not None:
        parts.append(f"accuracy {100 * progress.correct / max(1, progress.items):.2f} %")
    factor = rules.schedule.factor(max(0, progress.step - 1), rules.total_steps)
    return ", ".join([*parts, f"lr {rules.optimizer.learning_rate * factor:.5g}"])
