"""Lightning's view of the training data."""

from lightning.pytorch import LightningDataModule

from .crop_loader import CropLoader
from .progress import Progress


class CropDataModule(LightningDataModule):
    """Gives Lightning, before each epoch, the batches that the run's counters say are left of it.

    Args:
        loader: batches of crops.
        progress: counters of the run.
    """

    def __init__(self, loader: CropLoader, progress: Progress) -> None:
        super().__init__()
        self._loader = loader
        self._progress = progress

    def train_dataloader(self) -> CropLoader:
        """The rest of the present epoch."""
        self._loader.seek(self._progress.epoch, self._progress.batch)
        return self._loader
