"""A checkpoint folder of every epoch."""

from collections.abc import Mapping
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer

from kowairo.models import save_checkpoint
from kowairo.models.build import Plain

from .speaker_module import SpeakerModule


class EpochCheckpoints(Callback):
    """Writes `<folder>/0000`, `0001` ... as the epochs end, each a checkpoint folder that can embed.

    It comes before `EpochCallback`, which counts on: an epoch that is over has its folder.

    Args:
        folder: where to.
        config: class_path and init_args of the encoder.
        card: card of each, beside the epoch.
    """

    def __init__(self, folder: Path, *, config: Mapping[str, Plain], card: Mapping[str, Plain]) -> None:
        self._folder = folder
        self._config = config
        self._card = card

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the folder of the epoch that ends; of the averaged weights where averaging is on."""
        if not isinstance(pl_module, SpeakerModule):
            raise TypeError(f"expected a SpeakerModule, got {type(pl_module).__name__}")
        epoch = pl_module.progress.epoch
        save_checkpoint(
            pl_module.evaluated_model.encoder,
            self._folder / f"{epoch:04d}",
            config=self._config,
            card={**self._card, "epoch": epoch},
        )
