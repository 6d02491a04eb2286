"""Batches of inputs and targets, read from embeddings on disk as they are needed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.losses import EnhancementLabels
from kowairo.scoring import length_normalize

from .batch import BatchSource, EnhancementBatch, LabelNames
from .config import EnhancementConfig
from .epoch_order import Pool, epoch_pools
from .items import NOBODY, EnhancementItems
from .processes import Processes
from .speaker_means import SpeakerMeans


class EnhancementBatches(BatchSource):
    """Batches of an epoch, in an order that follows from seed and epoch alone.

    Args:
        items: What to train on, all usable; items over embeddings on disk are best in the order of the file.
        config: Sizes, order, targets.
        names: What the loss's classes stand for; None takes the items' own speakers and domains.
        processes: Among whom batches are shared.
    """

    def __init__(
        self,
        items: EnhancementItems,
        config: EnhancementConfig,
        *,
        names: LabelNames | None = None,
        processes: Processes | None = None,
    ) -> None:
        self._items, self._config = items, config
        self._processes = processes or Processes()
        is_paired = items.clean is not None and config.clean_target == "line"
        self._means = None if is_paired else speaker_means(items, config)
        self._speakers = items.speakers
        wanted = names or items.label_names
        self._classes = class_numbers(items.names, wanted.speakers)
        self._domains = class_numbers(items.domain_names, wanted.domains)
        self._pairs = rows_by_speaker(self._speakers[0::2]) if items.kind == "distribution" else []

    def epoch(self, number: int) -> Iterator[EnhancementBatch]:
        """Batches of an epoch.

        Args:
            number: Epoch, from 0.
        """
        if self._items.kind == "distribution":
            yield from self._pair_batches(number)
            return
        pools = epoch_pools(
            self._speakers,
            order=self._config.order,
            batch_size=self._config.batch_size,
            max_per_speaker=self._config.max_per_speaker,
            seed=self._config.seed,
            epoch=number,
        )
        for pool in pools:
            yield from self._pool_batches(pool)

    def _pool_batches(self, pool: Pool) -> Iterator[EnhancementBatch]:
        vectors, rows = self._items.embeddings.vectors, self._items.rows
        loaded = np.asarray(vectors[rows[pool.items]]) if pool.read_at_once else None
        size = self._config.batch_size
        for start in range(0, len(pool.order), size):
            whole = pool.order[start : start + size]
            # Ascending, so that a memory-mapped file is read forwards.
            places = np.sort(self._processes.share(whole))
            items = pool.items[places]
            raw = np.asarray(vectors[rows[items]]) if loaded is None else loaded[places]
            yield self._batch(raw, items, share=len(places) / len(whole))

    def _pair_batches(self, number: int) -> Iterator[EnhancementBatch]:
        rng = np.random.default_rng([self._config.seed, number])
        order = rng.permutation(len(self._pairs))
        size, most = self._config.speakers_per_step, self._config.max_per_speaker
        for start in range(0, len(order), size):
            whole = order[start : start + size]
            drawn = [rng.permutation(self._pairs[place])[:most] for place in whole.tolist()]
            pairs = np.concatenate([np.empty(0, dtype=np.int64), *self._processes.share(drawn)])
            items = (2 * pairs[:, None] + np.arange(2)).ravel()
            raw = np.asarray(self._items.embeddings.vectors[self._items.rows[items]])
            yield self._batch(raw, items, share=len(pairs) / sum(map(len, drawn)))

    def _batch(self, raw: NDArray[np.float32], items: NDArray[np.int64], *, share: float) -> EnhancementBatch:
        speakers = self._speakers[items]
        same = self._items.same_session
        labels = EnhancementLabels(
            speakers=torch.from_numpy(self._classes[speakers]),
            negatives=self._negatives(items),
            same_session=None if same is None else torch.from_numpy(same[items[0::2] // 2]),
            domains=self._domain_labels(items),
        )
        if not len(items):  # fewer rows than processes: there is nothing to scale
            return EnhancementBatch(torch.from_numpy(raw), torch.from_numpy(raw), labels, 0.0)
        targets = self._targets(raw, items, speakers)
        inputs = length_normalize(raw).astype(np.float32)
        return EnhancementBatch(torch.from_numpy(inputs), torch.from_numpy(targets), labels, share)

    def _targets(
        self, raw: NDArray[np.float32], items: NDArray[np.int64], speakers: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        own = raw
        if self._items.clean is not None:
            own = np.asarray(self._items.clean.vectors[self._items.target_rows[items]])
        if self._means is not None:
            return self._means.targets(own, speakers, left_out=self._config.left_out)
        return length_normalize(own).astype(np.float32)

    def _negatives(self, items: NDArray[np.int64]) -> torch.Tensor | None:
        others = self._items.others
        if others is None or self._means is None or not len(items):
            return None
        return torch.from_numpy(self._means.means(others[items]))

    def _domain_labels(self, items: NDArray[np.int64]) -> torch.Tensor | None:
        domains = self._items.domains
        if domains is None:
            return None
        found = domains[self._items.rows[items]]
        return torch.from_numpy(np.where(found >= 0, self._domains[found], -1))


def speaker_means(items: EnhancementItems, config: EnhancementConfig) -> SpeakerMeans:
    """The means of the speakers of some items."""
    owners = items.target_row_speakers
    return SpeakerMeans.of(items.target_set, owners, len(items.names), target=config.target)


def class_means(items: EnhancementItems) -> torch.Tensor:
    """Where the speakers of some items are.

    Returns:
        (speaker, dim) mean of each speaker's unit-length embeddings, NaN of those without one.
    """
    owners, count = items.target_row_speakers, len(items.names)
    means = SpeakerMeans.of(items.target_set, owners, count, target="normalize_average")
    found = np.full((count, items.embeddings.dim), np.nan, dtype=np.float32)
    present = np.flatnonzero(means.counts)
    found[present] = means.means(present)
    return torch.from_numpy(found)


def class_numbers(names: tuple[str, ...], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Class of each name, -1 for strangers and for nobody; never empty, so that it can be indexed.

    Args:
        names: (n,) own names.
        classes: Names of the classes.

    Returns:
        (max(n, 1),) int64.
    """
    number = {name: place for place, name in enumerate(classes) if name != NOBODY}
    return np.array([number.get(name, -1) for name in names] or [-1], dtype=np.int64)


def rows_by_speaker(speakers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The places of each speaker's entries in an array (n,) of speakers."""
    order = np.argsort(speakers, kind="stable")
    ends = np.flatnonzero(np.diff(speakers[order])) + 1
    return np.split(order, ends)
