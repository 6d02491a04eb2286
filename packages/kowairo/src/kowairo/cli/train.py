"""Commands `kowairo train` and `kowairo merge`."""

import logging
import multiprocessing
from functools import partial
from pathlib import Path
from typing import Literal

from kowairo.cli.console import configure_logging, quieten_others
from kowairo.cli.plain_mapping import PlainMapping
from kowairo.cli.stage_record import record_stage, stage_init
from kowairo.data import AudioStore
from kowairo.data.shards import ShardSet
from kowairo.training import ShardShuffle, StageConfig, find_merges, read_merge_map


def train(
    *,
    data: Path,
    out: Path,
    stage: StageConfig,
    encoder: PlainMapping | None = None,
    init: str | None = None,
    store: Path | None = None,
    shards: Path | None = None,
    shuffle_buffer: int = 4096,
    shard_lanes: int = 8,
    material: Path | None = None,
    merge_map: Path | None = None,
    teacher: Path | None = None,
    seed: int = 0,
    threads: int = 2,
    num_workers: int = 1,
    save_every_steps: int = 100,
    device: Literal["auto", "cpu", "gpu"] = "auto",
    devices: int = 1,
    num_nodes: int = 1,
) -> None:
    """Train one stage, or continue it where it was killed, or find it finished.

    The checkpoint gets the record of its training: hashes of the audio, and the speakers, with those of init.

    Args:
        data: Folder with train, closed and valid.
        out: Folder of the stage.
        stage: Settings of the stage.
        encoder: class_path and init_args of a new encoder, where there is no init.
        init: Name (base, anime, campplus), earlier stage, checkpoint folder, or file of published weights.
        store: Packed audio of the corpus.
        shards: Folder of tar shards (corpus shard, corpus index) to train on, in the place of data/train.
        shuffle_buffer: Lines of the shards that are kept to choose the next one from.
        shard_lanes: Streams through the shards, each with its share of every batch.
        material: Training part of the augmentation material.
        merge_map: merge_map.json of `kowairo merge`.
        teacher: Embeddings of the training lines by a teacher, for losses of distillation.
        seed: Seed of everything.
        threads: Cores for the network, of each training process.
        num_workers: Processes that prepare batches, for each training process.
        save_every_steps: Steps from one state file to the next.
        device: auto, cpu or gpu.
        devices: Training processes on this node, each with its part of every batch and, if any, its GPU.
        num_nodes: Nodes; the command runs on each, with MASTER_ADDR, MASTER_PORT and NODE_RANK set.
    """
    # Here, and not above: it imports torch.distributed, which options and merging do not need.
    from kowairo.training.process_group import run_in_group

    start = stage_init(init)
    task = partial(
        _train_stage,
        log_level=logging.getLogger("kowairo").getEffectiveLevel(),
        data=data,
        out=out,
        stage=stage,
        encoder=encoder,
        init=start,
        store=store,
        shards=shards,
        shuffle=ShardShuffle(buffer=shuffle_buffer, lanes=shard_lanes),
        material=material,
        merge_map=merge_map,
        teacher=teacher,
        seed=seed,
        threads=threads,
        num_workers=num_workers,
        save_every_steps=save_every_steps,
        device=device,
    )
    checkpoint = run_in_group(task, devices=devices, num_nodes=num_nodes, device=device)
    if checkpoint is not None:
        record_stage(checkpoint, data / "train" if shards is None else shards, store=store, init=start)
        print(checkpoint)


def _train_stage(
    *,
    log_level: int,
    data: Path,
    out: Path,
    stage: StageConfig,
    encoder: PlainMapping | None,
    init: Path | None,
    store: Path | None,
    shards: Path | None,
    shuffle: ShardShuffle,
    material: Path | None,
    merge_map: Path | None,
    teacher: Path | None,
    seed: int,
    threads: int,
    num_workers: int,
    save_every_steps: int,
    device: Literal["auto", "cpu", "gpu"],
) -> Path:
    """The work of one training process."""
    # Here, and not above: it imports Lightning, which takes seconds that options and merging do not need.
    from kowairo.training import train_stage
    from kowairo.training.processes import is_first
    from kowairo.training.shard_stage import ShardInput

    if multiprocessing.parent_process() is not None:
        configure_logging(level=log_level)
        quieten_others()
    if not is_first():
        logging.getLogger("kowairo").setLevel(logging.ERROR)
    return train_stage(
        stage,
        data_folder=data,
        out=out,
        encoder=encoder,
        init=init,
        store=None if store is None else AudioStore.open(store),
        shards=None if shards is None else ShardInput(ShardSet.open(shards), shuffle),
        material=material,
        merge_map=None if merge_map is None else read_merge_map(merge_map),
        teacher=teacher,
        seed=seed,
        threads=threads,
        num_workers=num_workers,
        save_every_steps=save_every_steps,
        device=device,
    )


def merge(
    *,
    stage: Path,
    data: Path,
    out: Path,
    store: Path | None = None,
    measure: Literal["errors", "runner_up"] = "runner_up",
    min_mutual: float = 0.3,
    require_same_name: bool = True,
    workers: int = 2,
) -> None:
    """Find characters that are one voice, by what a trained stage confuses on the closed split.

    Args:
        stage: Folder of a finished stage.
        data: Folder with train and closed.
        out: Folder for confusion.tsv and merge_map.json.
        store: Packed audio of the corpus.
        measure: What counts as taking one speaker for another.
        min_mutual: Least share of lines of either speaker that are taken for the other.
        require_same_name: Whether the two must have one name (spk2name).
        workers: Lines embedded at a time.
    """
    aliases = find_merges(
        stage,
        data_folder=data,
        out=out,
        store=None if store is None else AudioStore.open(store),
        measure=measure,
        min_mutual=min_mutual,
        require_same_name=require_same_name,
        workers=workers,
    )
    for alias, canonical in aliases.items():
        print(f"{alias} is {canonical}")
    print(f"{len(aliases)} characters merged")
