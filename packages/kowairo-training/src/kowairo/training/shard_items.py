"""Which utterances of shards a stage trains on, and which class each belongs to."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.data.shards import ShardSet

from .training_items import UNLABELLED, TrainingItems, apply_merge_map

_LEFT_OUT = -2


@dataclass(frozen=True, eq=False)
class ShardItems:
    """Items of shards.

    Attributes:
        items: utterances in the order of the shards, and classes.
        rows: (items,) row of each in the shards' index.
        counts: (shard,) items of each shard.
    """

    items: TrainingItems
    rows: NDArray[np.int64]
    counts: NDArray[np.int64]


def shard_items(
    shards: ShardSet,
    *,
    merge_map: Mapping[str, str] | None = None,
    max_speakers: int | None = None,
    unlabelled: bool = False,
) -> ShardItems:
    """List the items of a stage.

    Args:
        shards: the shards.
        merge_map: canonical speaker of each alias.
        max_speakers: keep the largest N speakers only; None keeps all.
        unlabelled: whether utterances of the speaker "-" are wanted, with the label -1.

    Raises:
        InputError: if nothing is left, or the merge map has chains.
    """
    speaker_of = apply_merge_map({name: name for name in shards.speakers}, merge_map or {})
    names = [speaker_of[name] for name in shards.speakers]
    lines = np.bincount(shards.labels, minlength=len(names))
    counts: dict[str, int] = {}
    for name, number in zip(names, lines.tolist(), strict=True):
        counts[name] = counts.get(name, 0) + number
    ranked = sorted(counts.keys() - {UNLABELLED}, key=lambda name: (-counts[name], name))
    classes = sorted(ranked[:max_speakers])
    number_of = {name: number for number, name in enumerate(classes)}
    if unlabelled:
        number_of[UNLABELLED] = -1
    labels = np.array([number_of.get(name, _LEFT_OUT) for name in names], dtype=np.int64)[shards.labels]
    rows = np.flatnonzero(labels != _LEFT_OUT)
    if not len(rows):
        raise InputError(f"{shards.folder}: no utterance of a known speaker")
    return _chosen(shards, rows, labels[rows], classes)


def items_with_teacher(found: ShardItems, shards: ShardSet, teacher: Container[str]) -> ShardItems:
    """Keep the items that a teacher has embedded.

    Args:
        found: items.
        shards: the shards.
        teacher: what the teacher has embedded.

    Raises:
        InputError: if it is none of them.
    """
    kept = np.fromiter((utt in teacher for utt in found.items.utts), np.bool_, count=len(found.rows))
    if not kept.any():
        raise InputError(
            f"the teacher has none of the {len(kept)} training items, the first being "
            f"{found.items.utts[0]!r}; its embedding set has to be made from this audio"
        )
    return _chosen(shards, found.rows[kept], found.items.labels[kept], found.items.classes)


def _chosen(
    shards: ShardSet, rows: NDArray[np.int64], labels: NDArray[np.int64], names: list[str]
) -> ShardItems:
    utts = shards.utts if len(rows) == len(shards.utts) else shards.utts.take(rows)
    counts = np.diff(np.searchsorted(rows, shards.first))
    present = np.flatnonzero(np.bincount(labels[labels >= 0], minlength=len(names)))
    number = np.full(len(names) + 1, -1, dtype=np.int64)  # the last one is that of the label -1
    number[present] = np.arange(len(present))
    return ShardItems(TrainingItems(utts, number[labels], [names[n] for n in present]), rows, counts)
