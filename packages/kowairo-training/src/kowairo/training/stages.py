"""One stage of staged training, from data folders to a checkpoint folder."""

import hashlib
import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
import yaml
from lightning.pytorch import Callback, Trainer

from kowairo.core import atomic_path, read_json, write_json
from kowairo.data import AudioStore
from kowairo.models import save_checkpoint
from kowairo.models.build import Plain

from .batch_plan import BatchPlan
from .checkpoint_average import EpochModels, MetricsRow
from .crop_loader import CropLoader
from .data_module import CropDataModule
from .dataset import CropDataset
from .epoch_callback import EpochCallback, EpochCounter
from .epoch_checkpoints import EpochCheckpoints
from .head import build_head, save_head
from .precision import resolve_precision
from .process_group import uses_gpu
from .processes import from_first, is_first, rank, wait_for_all, world_size
from .resume_state import RunRecord, restore_state, share_state
from .saved_levels import continue_head, save_level_checkpoints, save_levels
from .shard_crops import ShardPlan
from .shard_pool import shards_for
from .shard_stage import ShardInput
from .speaker_model import SpeakerModel
from .speaker_module import NonFiniteLossError, SpeakerModule, StepRules
from .stage_config import StageConfig, config_values
from .stage_data import StageData, stage_data
from .stage_machine import machine_for, quiet_lightning
from .stage_start import StageStart, stage_start
from .step_log import StepLog

_log = logging.getLogger(__name__)
_SHOWN_UTTERANCES = 10


def train_stage(
    config: StageConfig,
    *,
    data_folder: Path,
    out: Path,
    encoder: Mapping[str, Plain] | None = None,
    init: Path | None = None,
    store: AudioStore | None = None,
    shards: ShardInput | None = None,
    material: Path | None = None,
    merge_map: Mapping[str, str] | None = None,
    teacher: Path | None = None,
    seed: int = 0,
    threads: int = 2,
    num_workers: int = 1,
    save_every_steps: int = 100,
    device: str = "auto",
) -> Path:
    """Train one stage, or continue it where it was killed, or find it finished.

    The stage folder holds `config.yaml`, `metrics.csv`, `tensorboard/`, `checkpoint/` (best validation EER,
    of the averaged weights where averaging is on; the mean of several epochs where that is asked for), with
    levels of identity also `checkpoint_<level>/` (the same encoder behind a projection), the head
    (`loss.safetensors`, `labels.json`, `levels.json`) and, while it trains, `resume.ckpt` (and `epochs/`, the
    models to average), `checkpoints/` and `train_log.txt` where asked for; `finished.json` comes last. A
    killed stage goes on with the step it would have taken, bit for bit on the same machine with the same
    number of threads. A stage whose settings or data changed starts anew.

    Where this process is one of a group (`torch.distributed`), each takes its part of every batch, so that
    the step is that of one process; the first process validates and writes the files. A stage may go on with
    another number of processes.

    Args:
        config: settings of the stage.
        data_folder: folder with `train`, `closed` and `valid`; see `stage_data`.
        out: stage folder.
        encoder: class_path and init_args of a new encoder, where there is no `init`.
        init: earlier stage, checkpoint folder or file of published weights; an earlier stage's head rows go
            on for the speakers that remain.
        store: packed audio of the corpus.
        shards: training set in tar shards, in the place of `train`; the store then is of the other sets.
        material: augmentation material.
        merge_map: canonical speaker of each alias.
        teacher: embedding set of a teacher, with rows for the training items, by which the audio store names
            them; items without a row are left out.
        seed: seed of everything random.
        threads: cores for the network (CPU).
        num_workers: processes that prepare batches; they do not change the result.
        save_every_steps: steps from one state file to the next.
        device: Lightning's accelerator: "auto", "cpu" or "gpu".

    Returns:
        The checkpoint folder.

    Raises:
        InputError: if data or settings do not fit.
        NonFiniteLossError: if training diverges; it names utterances of the batch, `failed_batch.json` all of
            them. The best model and the last state stay as they are.
    """
    checkpoint = out / "checkpoint"
    with machine_for(threads, device) as place:
        start = stage_start(encoder=encoder, init=init, seed=seed)
        data = stage_data(
            config,
            data_folder,
            store=store,
            shards=shards,
            material=material,
            merge_map=merge_map,
            teacher=teacher,
            workers=threads,
        )
        record = RunRecord(_fingerprint(config, start, data, seed))
        if from_first(is_finished(out, record.fingerprint)):
            _log.info("stage %s is finished: %s", config.name, checkpoint)
            return checkpoint
        plan = _plan(config, data, seed, num_workers)
        module = _module(config, start, data, plan.batches_per_epoch * config.epochs, seed, threads, place)
        if place.type == "cpu" and module.rules.shards == 1:
            # BatchNorm ties the batch together: the cores share each kernel instead of the batch.
            torch.set_num_threads(threads)
        _take_up(config, start, out, module, record, seed)
        loader = _loader(config, data, plan, seed, num_workers)
        save = _model_saver(config, start, data, out)
        writers = _writers(config, start, loader, out)
        _train(config, module, loader, data, record, save, out, save_every_steps, device, writers)
    if is_first():
        _close_folder(out, record, seed)
    wait_for_all()
    return checkpoint


def is_finished(out: Path, fingerprint: str | None = None) -> bool:
    """Whether a stage folder is complete.

    Args:
        out: stage folder.
        fingerprint: settings and data that it must have been trained with; None for any.
    """
    mark = out / "finished.json"
    if not (mark.is_file() and (out / "checkpoint" / "model.safetensors").is_file()):
        return False
    return fingerprint is None or read_json(mark)["fingerprint"] == fingerprint


def _module(
    config: StageConfig,
    start: StageStart,
    data: StageData,
    total_steps: int,
    seed: int,
    threads: int,
    device: torch.device,
) -> SpeakerModule:
    head = build_head(
        config.loss,
        embedding_dim=start.encoder.embedding_dim,
        classes=data.items.classes,
        scale=config.loss_scale,
        num_domains=len(data.domain_names),
        teacher_dim=None if data.teacher is None else data.teacher.dim,
        seed=seed,
    )
    if start.head_folder is not None:
        continue_head(head, start.head_folder, data.domain_names)
    dtype = resolve_precision(config.precision, device)
    model = SpeakerModel(start.encoder, head).train()
    rules = StepRules(
        optimizer=config.optimizer,
        schedule=config.schedule,
        margin=config.margin.schedule(total_steps),
        total_steps=total_steps,
        gradient_clip_norm=config.gradient_clip_norm,
        dtype=dtype,
        spec_augment=config.spec_augment,
        ema_decay=config.ema_decay,
        shards=shards_for(model, threads, device),
        accumulate=config.accumulate,
        parameter_rules=config.parameter_rules,
        seed=seed,
    )
    _log.info("stage %s: %d steps, %d speakers, %s", config.name, total_steps, len(head.classes), dtype)
    return SpeakerModule(model, rules)


def _plan(config: StageConfig, data: StageData, seed: int, num_workers: int) -> BatchPlan | ShardPlan:
    if data.shards is not None:
        return data.shards.plan(config, seed=seed, rank=rank(), ranks=world_size(), num_workers=num_workers)
    return BatchPlan(
        data.items.labels,
        order=config.order,
        batch_size=config.batch_size,
        seed=seed,
        part=rank(),
        num_parts=world_size(),
    )


def _loader(
    config: StageConfig, data: StageData, plan: BatchPlan | ShardPlan, seed: int, num_workers: int
) -> CropLoader:
    dataset = CropDataset(
        data.items,
        source=data.source,
        num_samples=round(config.crop_s * 16000),
        seed=seed,
        augmentation=data.augmentation,
        domains=data.domains,
        teacher=data.teacher,
    )
    if data.shards is not None and isinstance(plan, ShardPlan):
        return data.shards.loader(dataset, plan, num_workers=num_workers)
    return CropLoader(dataset, plan, num_workers=num_workers)


def _train(
    config: StageConfig,
    module: SpeakerModule,
    loader: CropLoader,
    data: StageData,
    record: RunRecord,
    save: Callable[[SpeakerModel, MetricsRow], None],
    out: Path,
    save_every_steps: int,
    device: str,
    writers: Sequence[Callback],
) -> None:
    epochs_left = config.epochs - module.progress.epoch
    if not is_first():
        _fit(module, loader, [EpochCounter()], epochs_left, device)
        return
    models = None if config.average is None else EpochModels(out / "epochs", config.average)
    callback = EpochCallback(
        out,
        record,
        loader=loader,
        validate=data.validation,
        save_best=save,
        total_epochs=config.epochs,
        validate_every_epochs=config.validate_every_epochs,
        save_every_steps=save_every_steps,
        epoch_models=models,
    )
    with _explaining_errors(data.items.utts, out):
        _fit(module, loader, [*writers, callback], epochs_left, device)
        if models is not None:
            _save_mean(models, module.evaluated_model, record, data, save)


def _save_mean(
    models: EpochModels,
    model: SpeakerModel,
    record: RunRecord,
    data: StageData,
    save: Callable[[SpeakerModel, MetricsRow], None],
) -> None:
    model.load_state_dict(models.mean(record.rows))
    model.eval()
    row = {"epoch": record.rows[-1]["epoch"], "step": record.rows[-1]["step"]} | data.validation(model)
    _log.info("mean of epochs %s: %s", models.wanted(record.rows), row)
    save(model, row)


def _writers(config: StageConfig, start: StageStart, loader: CropLoader, out: Path) -> list[Callback]:
    """What writes beside the best model, the state and the metrics."""
    writers: list[Callback] = []
    if config.keep_epochs:
        card: dict[str, Plain] = {"stage": config.name}
        writers.append(EpochCheckpoints(out / "checkpoints", config=start.encoder_config, card=card))
    if config.log_every_steps is not None:
        every, epochs = config.log_every_steps, config.epochs
        writers.append(StepLog(out / "train_log.txt", loader, every_steps=every, total_epochs=epochs))
    return writers


def _model_saver(
    config: StageConfig, start: StageStart, data: StageData, out: Path
) -> Callable[[SpeakerModel, MetricsRow], None]:
    def save(model: SpeakerModel, row: MetricsRow) -> None:
        save_head(model.head.loss, model.head.classes, out)
        save_levels(model.head.loss, data.domain_names, out)
        card: dict[str, Plain] = {
            "stage": config.name,
            "speakers": len(model.head.classes),
            "metrics": dict(row),
        }
        save_level_checkpoints(model.encoder, model.head.loss, out, config=start.encoder_config, card=card)
        save_checkpoint(model.encoder, out / "checkpoint", config=start.encoder_config, card=card)

    return save


def _fit(
    module: SpeakerModule, loader: CropLoader, callbacks: list[Callback], epochs_left: int, device: str
) -> None:
    if epochs_left <= 0:
        return
    with quiet_lightning():
        trainer = Trainer(
            accelerator=device,
            # To Lightning every process is alone; what they share, the module sums up itself.
            devices=[torch.cuda.current_device()] if world_size() > 1 and uses_gpu(device) else 1,
            max_epochs=epochs_left,
            callbacks=callbacks,
            logger=False,
            enable_checkpointing=False,
            enable_model_summary=False,
            enable_progress_bar=is_first() and sys.stderr.isatty(),
            num_sanity_val_steps=0,
            reload_dataloaders_every_n_epochs=1,
            use_distributed_sampler=False,
        )
        trainer.fit(module, datamodule=CropDataModule(loader, module.progress))


@contextmanager
def _explaining_errors(utts: Sequence[str], out: Path) -> Iterator[None]:
    """Say which utterances a loss went wrong with, and in which folder the disk was full."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(out)
        raise
    except NonFiniteLossError as error:
        found = [utts[item] for item in error.items]
        write_json(out / "failed_batch.json", {"error": str(error), "utterances": found})
        shown = ", ".join(found[:_SHOWN_UTTERANCES]) + (", ..." if len(found) > _SHOWN_UTTERANCES else "")
        message = f"{error}; the batch ({out / 'failed_batch.json'}): {shown}"
        raise NonFiniteLossError(message, error.items) from error


def _fingerprint(config: StageConfig, start: StageStart, data: StageData, seed: int) -> str:
    settings = config_values(replace(config, name=""))
    assert isinstance(settings, dict)
    # Keys that a stage does not use do not count: what was trained before they existed stays valid.
    del settings["keep_epochs"], settings["log_every_steps"]
    if config.augmentation == "default":
        del settings["augmentation"]
    if config.domain is None:
        del settings["domain"], settings["domain_of_copies"]
    if data.teacher is None:
        del settings["teacher_transform"]
    parts = [settings, start.digest, data.digest, seed]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _take_up(
    config: StageConfig, start: StageStart, out: Path, module: SpeakerModule, record: RunRecord, seed: int
) -> None:
    """Put the module where an earlier call of this very stage left off, if there was one."""
    if is_first():
        _open_folder(config, start, out, seed)
        if restore_state(out / "resume.ckpt", module, record):
            _log.info("stage %s continues at step %d", config.name, module.progress.step)
        else:
            _forget_epochs(out)
    if world_size() > 1:
        share_state(module)


def _open_folder(config: StageConfig, start: StageStart, out: Path, seed: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "finished.json").unlink(missing_ok=True)
    values = {"stage": config_values(config), "encoder": start.encoder_config, "seed": seed}
    with atomic_path(out / "config.yaml") as path:
        path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _forget_epochs(out: Path) -> None:
    """Take away what an earlier training with other settings wrote by epoch."""
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    (out / "train_log.txt").unlink(missing_ok=True)


def _close_folder(out: Path, record: RunRecord, seed: int) -> None:
    finish = {"fingerprint": record.fingerprint, "best_eer": record.best_eer, "seed": seed}
    write_json(out / "finished.json", finish)
    (out / "resume.ckpt").unlink(missing_ok=True)
    shutil.rmtree(out / "epochs", ignore_errors=True)
