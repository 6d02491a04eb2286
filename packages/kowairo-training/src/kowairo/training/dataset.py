"""Crops of fixed length for training, cut and augmented on the fly."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from kowairo.data import AudioError
from kowairo.data.augment import Augmentation

from .audio_source import AudioSource, random_crop
from .batch_plan import ItemKey
from .seeds import item_rng, item_seed
from .teacher_rows import TeacherRows
from .training_items import TrainingItems

_log = logging.getLogger(__name__)
_MAX_UNREADABLE = 10


class CropBatch(NamedTuple):
    """One training batch.

    Attributes:
        waveforms: (batch, time) float32.
        labels: (batch,) int64; -1 where the speaker is unknown.
        seeds: (batch,) int64, for draws that are made later on (masks on the features).
        items: (batch,) int64, which training items these are.
        domains: (batch,) int64, -1 where unknown; None where no loss looks at them.
        teacher: (batch, teacher dim) float32; None where no loss looks at it.
    """

    waveforms: Tensor
    labels: Tensor
    seeds: Tensor
    items: Tensor
    domains: Tensor | None = None
    teacher: Tensor | None = None


class CropDataset(Dataset[CropBatch]):
    """Batches of crops by item keys; holds no random state, so any worker gives the same batch.

    Args:
        items: utterances and classes.
        source: audio of the utterances.
        num_samples: length of a crop.
        seed: seed of the run.
        augmentation: applied to each crop; None leaves the crop clean.
        domains: (items,) int64, domain of each item; None for none.
        teacher: a teacher's embeddings of the items; None for none.
    """

    def __init__(
        self,
        items: TrainingItems,
        *,
        source: AudioSource,
        num_samples: int,
        seed: int,
        augmentation: Augmentation | None = None,
        domains: NDArray[np.int64] | None = None,
        teacher: TeacherRows | None = None,
    ) -> None:
        self._items = items
        self._source = source
        self._num_samples = num_samples
        self._seed = seed
        self._augmentation = augmentation
        self._domains = domains
        self._teacher = teacher

    @property
    def num_samples(self) -> int:
        """Length of a crop."""
        return self._num_samples

    def __len__(self) -> int:
        return len(self._items.utts)

    def __getitem__(self, keys: Sequence[ItemKey]) -> CropBatch:
        """The batch of these keys, in their order.

        A file that cannot be read any more does not stop a long run: the next item of the list takes its
        place, with its own label, and the log says so.

        Raises:
            AudioError: if ten items in a row cannot be read.
        """
        waveforms = np.empty((len(keys), self._num_samples), dtype=np.float32)
        seeds = np.empty(len(keys), dtype=np.int64)
        items = np.empty(len(keys), dtype=np.int64)
        for row, key in enumerate(keys):
            items[row], samples = self._readable(key.item)
            utt = self._items.utts[items[row]]
            seeds[row] = item_seed(self._seed, key.epoch, utt, position=key.position)
            waveforms[row] = self._crop(samples, item_rng(int(seeds[row])))
        return CropBatch(
            waveforms=torch.from_numpy(waveforms),
            labels=torch.from_numpy(self._items.labels[items]),
            seeds=torch.from_numpy(seeds),
            items=torch.from_numpy(items),
            domains=None if self._domains is None else torch.from_numpy(self._domains[items]),
            teacher=None if self._teacher is None else torch.from_numpy(self._teacher.of(items)),
        )

    def _readable(self, item: int) -> tuple[int, NDArray[np.int16] | NDArray[np.float32]]:
        for attempt in range(_MAX_UNREADABLE):
            candidate = (item + attempt) % len(self._items.utts)
            try:
                return candidate, self._source.samples(self._items.utts[candidate])
            except AudioError as error:
                if attempt == _MAX_UNREADABLE - 1:
                    raise
                _log.warning("training goes on without %s: %s", self._items.utts[candidate], error)
        raise AssertionError("the last attempt returns or raises")

    def _crop(
        self, samples: NDArray[np.int16] | NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        crop = random_crop(samples, self._num_samples, rng=rng)
        return crop if self._augmentation is None else self._augmentation(crop, rng=rng)
