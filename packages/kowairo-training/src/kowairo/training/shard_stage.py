"""What a stage needs to train from shards."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass

from kowairo.core import InputError
from kowairo.data.shards import ShardSet

from .crop_loader import CropLoader
from .dataset import CropDataset
from .item_order import Shuffled
from .shard_audio import ShardAudio
from .shard_crops import ShardCrops, ShardPlan
from .shard_items import ShardItems, items_with_teacher, shard_items
from .shard_order import ShardOrder, ShardShuffle
from .stage_config import StageConfig


@dataclass(frozen=True)
class ShardInput:
    """Shards to train from."""

    shards: ShardSet
    """Their index."""
    shuffle: ShardShuffle = ShardShuffle()  # noqa: RUF009 - frozen
    """How they are mixed; other numbers give another order of the items."""


@dataclass(frozen=True, eq=False)
class ShardStage:
    """What a stage reads from shards.

    Attributes:
        found: items, their rows in the index and their number in each shard.
        source: their audio.
        shuffle: how they are mixed.
    """

    found: ShardItems
    source: ShardAudio
    shuffle: ShardShuffle

    @property
    def digest(self) -> str:
        """SHA-256 over what the order of given items follows from."""
        parts = [self.found.counts.tolist(), self.shuffle.buffer, self.shuffle.lanes]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def plan(
        self, config: StageConfig, *, seed: int, rank: int = 0, ranks: int = 1, num_workers: int = 0
    ) -> ShardPlan:
        """Batches of the stage.

        Args:
            config: settings of the stage.
            seed: seed of the run.
            rank: number of this process among those that train together.
            ranks: number of these processes.
            num_workers: processes that prepare batches, each with lanes of its own.
        """
        order = ShardOrder(self.found.counts, shuffle=self.shuffle, batch_size=config.batch_size, seed=seed)
        return ShardPlan(order, rank=rank, ranks=ranks, parts=num_workers)

    def loader(self, crops: CropDataset, plan: ShardPlan, *, num_workers: int = 0) -> CropLoader:
        """Loader of the batches.

        Args:
            crops: makes crops of the stage's items.
            plan: batches, as `plan` made them.
            num_workers: processes that prepare batches; there are no more than parts of a batch.
        """
        dataset = ShardCrops(
            self.found.items,
            self.found.rows,
            crops=crops,
            source=self.source,
            order=plan.order,
            places=plan.places,
        )
        return CropLoader(dataset, plan, num_workers=min(num_workers, plan.parts), parts=plan.parts)


def shard_stage(
    config: StageConfig,
    given: ShardInput,
    *,
    unlabelled: bool = False,
    merge_map: Mapping[str, str] | None = None,
    teacher: Container[str] | None = None,
) -> ShardStage:
    """List the items of a stage that trains from shards.

    Args:
        config: settings of the stage.
        given: the shards.
        unlabelled: whether utterances of the speaker "-" are wanted.
        merge_map: canonical speaker of each alias.
        teacher: what a teacher has embedded; other utterances are left out.

    Raises:
        InputError: if a setting needs more than one pass over shards can give, or no item is left.
    """
    if not isinstance(config.order, Shuffled):
        raise InputError(
            f"stage {config.name}: order {type(config.order).__name__} picks lines from all over the corpus, "
            "which shards cannot give; pack a store (kowairo corpus pack)"
        )
    if config.speeds != (1.0,):
        raise InputError(f"stage {config.name}: shards hold speed 1 alone; pack a store with {config.speeds}")
    if config.domain is not None:
        raise InputError(f"stage {config.name}: domains stand in tables of a Kaldi folder; pack a store")
    found = shard_items(
        given.shards, merge_map=merge_map, max_speakers=config.max_speakers, unlabelled=unlabelled
    )
    if teacher is not None:
        found = items_with_teacher(found, given.shards, teacher)
    return ShardStage(found, ShardAudio(given.shards), given.shuffle)
