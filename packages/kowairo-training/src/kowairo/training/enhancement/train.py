"""Training of enhancement nets on frozen embeddings, towards what several utterances of the speaker say."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch.optim.lr_scheduler import StepLR

from kowairo.core import InputError
from kowairo.enhance import EnhancementNet
from kowairo.losses import EnhancementLoss

from .batch import BatchSource, LabelNames
from .batch_choice import batches_for
from .batches import class_means
from .checks import check_sides, usable_items
from .config import EnhancementConfig
from .eer_list import EERList
from .epoch_steps import ValidationLoss, train_epoch
from .items import EnhancementItems
from .processes import Processes
from .result import EnhancementEpoch, EnhancementResult
from .run_log import RunLog
from .run_state import RunState, run_fingerprint

_logger = logging.getLogger(__name__)

Start = Literal["drawn", "given"]
"""Initial weights drawn by the seed, or those that the net has."""


def train_enhancer(
    enhancer: EnhancementNet,
    loss: EnhancementLoss,
    train: EnhancementItems,
    *,
    valid: EnhancementItems | None = None,
    tests: Sequence[EERList] = (),
    config: EnhancementConfig | None = None,
    start: Start = "drawn",
    folder: Path | None = None,
    processes: Processes | None = None,
) -> EnhancementResult:
    """Train an enhancer and leave it with the weights of its best epoch.

    Input: each training embedding at unit length; target: see `SpeakerMeans`. Equal seeds give equal weights
    on one machine and thread count, whether the training was killed and continued or not; the global random
    state is left as it was found.

    Args:
        enhancer: Net to train, changed in place, on any device.
        loss: Objective; it says what kind of items it needs.
        train: Training items.
        valid: Items of other speakers, for a validation loss.
        tests: Trials of other speakers; the EER on the first list chooses the epoch.
        config: How to train; None = the defaults.
        start: Where the weights start.
        folder: Gets `scores.txt`, `tensorboard/` and `resume.ckpt`; None writes nothing.
        processes: Where several train together.

    Returns:
        The kept epoch, its EERs beside those of the unenhanced embeddings, and all epochs.

    Raises:
        InputError: A speaker is on both sides, dimensions differ, the items are of another kind than the loss
            needs, or no speaker can be used.
        KowairoError: The loss became infinite or NaN, or no epoch gave usable embeddings.
    """
    settings, among = config or EnhancementConfig(), processes or Processes()
    check_sides(enhancer, loss, train, valid=valid, tests=tests, config=settings)
    used = usable_items(train, settings, name="training")
    with _seeded(enhancer, settings.seed):
        if start == "drawn":
            enhancer.reset_parameters()
    loss.start(
        embedding_dim=enhancer.output_dim,
        num_speakers=len(used.names),
        seed=settings.seed,
        num_domains=len(used.domain_names),
    )
    if loss.uses_classes:
        loss.start_from_means(class_means(used))
    loss.to(next(enhancer.parameters()).device)
    state = _new_state(enhancer, loss, settings)
    plain = {test.name: test.eer(None, score=settings.trial_score, rule=settings.eer_rule) for test in tests}
    fingerprint = run_fingerprint(enhancer, loss, settings, used, start=start, valid=valid, eers=plain)
    path = None if folder is None else folder / "resume.ckpt"
    if path is not None and state.load(path, fingerprint):
        _logger.info("going on after epoch %d", len(state.history))
    validation = None if valid is None else _validation(enhancer, valid, settings, used.label_names)
    batches = batches_for(enhancer, used, settings, processes=among)
    with RunLog(folder if among.is_first else None, first_epoch=len(state.history) + 1) as log:
        while not _is_over(state, settings):
            share = _one_epoch(state, batches, validation, tests, settings, among)
            if among.is_first:
                is_judged = state.history[-1].worth is not None or not (tests or validation)
                if path is not None and is_judged:
                    state.save(path, fingerprint)
                log.write(state.history, data_share=share)
    return _result(state, used, plain)


def _validation(
    enhancer: EnhancementNet, valid: EnhancementItems, settings: EnhancementConfig, names: LabelNames
) -> ValidationLoss:
    whole = replace(settings, order="shuffled", speakers_per_step=1, max_per_speaker=None)
    return ValidationLoss(
        batches_for(enhancer, usable_items(valid, settings, name="validation"), whole, names=names)
    )


def _one_epoch(
    state: RunState,
    batches: BatchSource,
    validation: ValidationLoss | None,
    tests: Sequence[EERList],
    settings: EnhancementConfig,
    among: Processes,
) -> float:
    """Train an epoch, validate if it is time, enter it; the share of the time spent on data."""
    number = len(state.history)
    rate = float(state.optimizer.param_groups[0]["lr"])
    # A seed for each epoch (and process): a training that goes on draws the same dropout.
    with _seeded(state.enhancer, _epoch_seed(settings.seed, number, among.rank)):
        figures = train_epoch(
            state.enhancer, state.loss, state.optimizer, batches, epoch=number, processes=among
        )
    state.schedule.step()
    due = (number + 1) % settings.validate_every == 0 or number + 1 == settings.max_epochs
    value, figure = validation(state.enhancer, state.loss) if due and validation is not None else (None, None)
    eers = {test.name: _eer(test, state.enhancer, settings) for test in tests} if due else {}
    record = EnhancementEpoch(number + 1, figures.loss, rate, value, figure, eers)
    state.note(record, keep_last=settings.keep == "last" or (not tests and validation is None))
    return figures.data_share


def _eer(test: EERList, enhancer: EnhancementNet, settings: EnhancementConfig) -> float:
    """EER of the enhanced trials; infinite if the net gave embeddings without a direction."""
    try:
        return test.eer(enhancer, score=settings.trial_score, rule=settings.eer_rule)
    except InputError as error:
        _logger.warning("this epoch cannot be used: %s", error)
        return float("inf")


def _is_over(state: RunState, settings: EnhancementConfig) -> bool:
    done = len(state.history)
    if done >= settings.max_epochs or settings.keep == "last":
        return done >= settings.max_epochs
    # Between validations nothing is known, and without any the last epoch is always the best.
    is_judged = bool(state.history) and state.history[-1].worth is not None
    return is_judged and done - (state.best.epoch if state.best else 0) >= settings.patience


def _new_state(enhancer: EnhancementNet, loss: EnhancementLoss, settings: EnhancementConfig) -> RunState:
    parameters = [p for p in (*enhancer.parameters(), *loss.parameters()) if p.requires_grad]
    rate, decay = settings.learning_rate, settings.weight_decay
    optimizer: torch.optim.Optimizer = (
        torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
        if settings.optimizer == "Adam"
        else torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=decay)
    )
    return RunState(enhancer, loss, optimizer, StepLR(optimizer, settings.lr_step_epochs, settings.lr_decay))


def _epoch_seed(seed: int, epoch: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed, epoch, rank]).generate_state(1)[0])


@contextmanager
def _seeded(enhancer: EnhancementNet, seed: int) -> Iterator[None]:
    """Draw from a seed inside, and leave the global random state as it was found."""
    device = next(enhancer.parameters()).device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _result(state: RunState, used: EnhancementItems, plain: dict[str, float]) -> EnhancementResult:
    kept = state.restore_best()
    return EnhancementResult(
        best_epoch=kept.epoch,
        eers=dict(kept.eers),
        unenhanced_eers=plain,
        num_utterances=len(used.rows),
        num_speakers=used.num_speakers,
        left_out_speakers=used.left_out,
        history=tuple(state.history),
    )
