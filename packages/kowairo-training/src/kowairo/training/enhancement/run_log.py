"""What a training tells while it runs: a text file of scores, and TensorBoard."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from kowairo.core import atomic_path

from .result import EnhancementEpoch

_logger = logging.getLogger(__name__)


class RunLog:
    """`scores.txt` and `tensorboard/` of a training's folder.

    Args:
        folder: The folder; None writes nothing but log messages.
        first_epoch: Epoch that comes next, from 1; TensorBoard forgets what an earlier process wrote of it
            and of later ones.
    """

    def __init__(self, folder: Path | None, *, first_epoch: int = 1) -> None:
        self._folder = folder
        self._writer: SummaryWriter | None = None
        if folder is not None:
            purge = first_epoch if first_epoch > 1 else None
            self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=purge)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, history: Sequence[EnhancementEpoch], *, data_share: float) -> None:
        """Enter the last epoch of the history.

        Args:
            history: All epochs so far.
            data_share: Share of the epoch's time that was spent on making batches.
        """
        record = history[-1]
        _logger.info("%s; %.0f %% of the time for data", "; ".join(score_lines(record)), 100 * data_share)
        if self._folder is not None:
            write_scores_file(self._folder / "scores.txt", history)
        if self._writer is not None:
            for name, value in _scalars(record).items():
                self._writer.add_scalar(name, value, record.epoch)
            self._writer.add_scalar("throughput/data_share", data_share, record.epoch)
            self._writer.flush()


def write_scores_file(path: Path, history: Sequence[EnhancementEpoch]) -> None:
    """Write the figures of all epochs, in the layout of proj_2022NC (2022); `score_lines` has the lines."""
    with atomic_path(path) as partial:
        partial.write_text(
            "".join(f"{line}\n" for record in history for line in score_lines(record)), encoding="utf-8"
        )


def score_lines(record: EnhancementEpoch) -> list[str]:
    """An epoch in one line, and its validation, if there was one, in another.

    `Epoch 5, TLOSS 0.123, LR 0.001` and `--Val-- Epoch 5, VLoss 0.2, VEER 1.9, VEER_LIBRI 3.1, Vacc 0.9`: the
    first test list is VEER, others have their name behind it; EERs are in per cent; figures that a training
    has not are not named.
    """
    lines = [f"Epoch {record.epoch}, TLOSS {record.loss:.6f}, LR {record.learning_rate:g}"]
    figures = [] if record.valid_loss is None else [f"VLoss {record.valid_loss:.6f}"]
    for number, (name, value) in enumerate(record.eers.items()):
        figures.append(f"VEER{f'_{name.upper()}' if number else ''} {100 * value:.4f}")
    figures += [] if record.valid_figure is None else [f"Vacc {record.valid_figure:.6f}"]
    if figures:
        lines.append(f"--Val-- Epoch {record.epoch}, {', '.join(figures)}")
    return lines


def _scalars(record: EnhancementEpoch) -> dict[str, float]:
    named = {
        "loss/train": record.loss,
        "loss/valid": record.valid_loss,
        "figure/valid": record.valid_figure,
        "learning_rate": record.learning_rate,
        **{f"eer/{name}": value for name, value in record.eers.items()},
    }
    return {name: value for name, value in named.items() if value is not None}
