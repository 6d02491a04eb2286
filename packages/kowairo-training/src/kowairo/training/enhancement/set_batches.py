"""Batches of sets: several lines of a speaker in, what the others say as the target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.enhance import padded_sets
from kowairo.losses import EnhancementLabels
from kowairo.scoring import length_normalize

from .batch import BatchSource, EnhancementBatch, LabelNames
from .batches import class_numbers, rows_by_speaker, speaker_means
from .config import EnhancementConfig
from .items import EnhancementItems
from .processes import Processes


class SetBatches(BatchSource):
    """Every line once an epoch, in sets of one to `max_set_size` lines of a speaker.

    A speaker's lines, shuffled, are cut into sets of drawn sizes, each smaller than all lines of the speaker;
    the sets of all speakers are shuffled. With left_out "input" the target is the mean of the lines that are
    not in the set.

    Args:
        items: Of a normal list, all of speakers with two lines or more.
        config: Sizes and targets; batch_size counts sets, and they are always shuffled.
        names: What the loss's classes stand for; None takes the items' own speakers.
        processes: Among whom batches are shared.

    Raises:
        InputError: The items are of another kind of list, or have targets of their own.
    """

    def __init__(
        self,
        items: EnhancementItems,
        config: EnhancementConfig,
        *,
        names: LabelNames | None = None,
        processes: Processes | None = None,
    ) -> None:
        if items.kind != "normal" or items.clean is not None:
            raise InputError("a net of sets is trained on a normal list, towards the means of speakers")
        self._items, self._config = items, config
        self._processes = processes or Processes()
        self._means = speaker_means(items, config)
        self._classes = class_numbers(items.names, (names or items.label_names).speakers)
        self._speakers = items.speakers
        self._by_speaker = rows_by_speaker(self._speakers)

    def epoch(self, number: int) -> Iterator[EnhancementBatch]:
        """Batches of an epoch; see `BatchSource.epoch`."""
        rng = np.random.default_rng([self._config.seed, number])
        sets = [part for own in self._by_speaker for part in self._cut(own, rng)]
        order, size = rng.permutation(len(sets)), self._config.batch_size
        for start in range(0, len(order), size):
            whole = order[start : start + size]
            places = self._processes.share(whole)
            yield self._batch([sets[place] for place in places.tolist()], share=len(places) / len(whole))

    def _cut(self, own: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
        """A speaker's items in sets of drawn sizes."""
        shuffled = rng.permutation(own)[: self._config.max_per_speaker]
        most = min(self._config.max_set_size, len(own) - (self._config.left_out == "input"))
        sets, start = [], 0
        while start < len(shuffled):
            size = int(rng.integers(1, most + 1))
            sets.append(shuffled[start : start + size])
            start += size
        return sets

    def _batch(self, sets: list[NDArray[np.int64]], *, share: float) -> EnhancementBatch:
        dim = self._items.embeddings.dim
        if not sets:
            nothing = torch.empty(0, 1, dim)
            return EnhancementBatch(nothing, nothing[:, 0], EnhancementLabels(), 0.0)
        vectors = self._items.embeddings.vectors
        raw = [np.asarray(vectors[self._items.rows[part]]) for part in sets]
        speakers = self._speakers[[part[0] for part in sets]]
        targets = self._means.targets_of_sets(raw, speakers, left_out=self._config.left_out)
        labels = EnhancementLabels(speakers=torch.from_numpy(self._classes[speakers]))
        inputs = padded_sets([length_normalize(part) for part in raw])
        return EnhancementBatch(inputs, torch.from_numpy(targets), labels, share)
