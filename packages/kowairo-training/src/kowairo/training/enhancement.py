"""Training of enhancement nets on frozen embeddings, towards what several utterances of the speaker say.

Source: system 002, Dorika0203/proj_2022NC, 2022 (targets B and C, optimiser, schedule), in our words.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from lightning.pytorch import LightningModule, Trainer
from numpy.typing import ArrayLike, NDArray
from torch.optim.lr_scheduler import LRScheduler, StepLR

from kowairo.core import EmbeddingSet, InputError, KowairoError, Trials
from kowairo.enhance import Enhancer, apply_enhancer
from kowairo.losses import EnhancementLoss
from kowairo.scoring import eer, length_normalize, score_trials

Target = Literal["normalize_average", "average_normalize"]
"""Unit-length utterances averaged (shorter than 1), or raw ones averaged and then scaled to 1."""

LeftOut = Literal["input", "nothing"]
"""What a target leaves out of its speaker's utterances."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EnhancementConfig:
    """How to train. Optimiser, rate, decay and seed are those of system 002.

    Its batch of 1,000 and 100 epochs are for a million utterances; with thousands, smaller batches and an
    early end do the same in seconds.
    """

    target: Target = "normalize_average"
    """How a speaker's utterances make the target."""
    left_out: LeftOut = "input"
    """"input": a target is built of the speaker's other utterances, so that the net cannot profit from
    finding its own input in it; speakers with one utterance are not used. "nothing" is the published way."""
    max_epochs: int = 40
    """Passes over the training embeddings at most."""
    patience: int = 10
    """End after this many epochs without a lower validation EER."""
    batch_size: int = 256
    """Embeddings per step."""
    optimizer: Literal["Adam", "SGD"] = "Adam"
    """SGD has a momentum of 0.9."""
    learning_rate: float = 1e-3
    """Rate of the first epochs."""
    weight_decay: float = 0.0
    """L2 penalty."""
    lr_step_epochs: int = 5
    """The rate falls every so many epochs,"""
    lr_decay: float = 0.95
    """by this factor."""
    seed: int = 10
    """Seed of initial weights, order and dropout."""

    def __post_init__(self) -> None:
        if self.target not in ("normalize_average", "average_normalize"):
            raise InputError(f"expected target normalize_average or average_normalize, got {self.target!r}")
        if self.left_out not in ("input", "nothing"):
            raise InputError(f"expected left_out input or nothing, got {self.left_out!r}")
        if self.optimizer not in ("Adam", "SGD"):
            raise InputError(f"expected optimizer Adam or SGD, got {self.optimizer!r}")
        for name in ("max_epochs", "patience", "batch_size", "learning_rate", "lr_step_epochs", "lr_decay"):
            if not getattr(self, name) > 0:
                raise InputError(f"expected {name} above 0, got {getattr(self, name)}")


@dataclass(frozen=True)
class EnhancementEpoch:
    """What one epoch gave."""

    epoch: int
    """Counted from 1."""
    loss: float
    """Mean training loss."""
    valid_eer: float
    """EER of the enhanced validation embeddings, a fraction."""
    learning_rate: float
    """Rate of the epoch."""


@dataclass(frozen=True)
class EnhancementResult:
    """What a training gave; the net itself holds the weights of the best epoch."""

    best_epoch: int
    """Epoch of the lowest validation EER, from 1; the untrained net is no candidate."""
    valid_eer: float
    """Validation EER of that epoch, a fraction."""
    unenhanced_valid_eer: float
    """Validation EER of the embeddings as they were; below ``valid_eer`` means that the net does harm."""
    num_utterances: int
    """Training utterances used."""
    num_speakers: int
    """Training speakers used."""
    history: tuple[EnhancementEpoch, ...]
    """All epochs."""


def multi_utterance_targets(
    vectors: ArrayLike, speakers: Sequence[str], *, target: Target, left_out: LeftOut
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Build the target of every utterance from its speaker's utterances.

    "normalize_average": ``t_i = mean_j x_j / |x_j|``, not scaled again. "average_normalize":
    ``t_i = m / |m|`` with ``m = mean_j x_j``. j runs over the speaker's utterances; with ``left_out="input"``
    over those other than i.

    Args:
        vectors: (n, dim) embeddings.
        speakers: (n,) their speakers.
        target: Which mean.
        left_out: "input" or "nothing".

    Returns:
        Rows that have a target (m,) int64, ascending, and their targets (m, dim) float32. Under "input", the
        utterances of speakers with only one have none.

    Raises:
        InputError: Lengths differ, or a vector or an average has no direction.
    """
    unit = length_normalize(vectors)
    if len(speakers) != len(unit):
        raise InputError(f"expected one speaker per row, got {len(speakers)} for {len(unit)} rows")
    parts = unit if target == "normalize_average" else np.asarray(vectors, dtype=np.float64)
    _, index, counts = np.unique(np.array(speakers), return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), unit.shape[1]))
    np.add.at(sums, index, parts)
    others = 1 if left_out == "input" else 0
    rows = np.flatnonzero(counts[index] > others)
    own = parts[rows] if left_out == "input" else 0.0
    means = (sums[index[rows]] - own) / (counts[index[rows]] - others)[:, None]
    targets = means if target == "normalize_average" else length_normalize(means)
    return rows, targets.astype(np.float32)


def train_enhancer(
    enhancer: Enhancer,
    loss: EnhancementLoss,
    train: EmbeddingSet,
    utt2spk: Mapping[str, str],
    *,
    valid: EmbeddingSet,
    valid_trials: Trials,
    valid_utt2spk: Mapping[str, str],
    config: EnhancementConfig | None = None,
) -> EnhancementResult:
    """Train an enhancer from seeded initial weights and leave it with those of its best epoch.

    Input: each training embedding at unit length; target: see ``multi_utterance_targets``. The epoch is
    chosen by the EER of cosine scores on trials of speakers that are not trained on. Equal seeds give equal
    weights on one machine and thread count; the global random state is left as it was found.

    Args:
        enhancer: Net to train, changed in place; its present weights are not used.
        loss: Objective over (output, target).
        train: Training embeddings.
        utt2spk: Their speakers.
        valid: Validation embeddings.
        valid_trials: Validation trials.
        valid_utt2spk: Speakers of the trials.
        config: How to train; None = the defaults.

    Returns:
        The best epoch, its EER beside that of the unenhanced embeddings, and all epochs.

    Raises:
        InputError: A speaker is on both sides or missing, dimensions differ, or nobody has two utterances.
        KowairoError: The loss became infinite or NaN, or no epoch gave usable embeddings.
    """
    settings = config or EnhancementConfig()
    speakers = _speakers(train.utts, utt2spk)
    trial_utts = sorted({*valid_trials.enroll, *valid_trials.test})
    _check_disjoint(speakers, _speakers(trial_utts, valid_utt2spk))
    _check_dims(enhancer, train, valid)
    rows, targets = multi_utterance_targets(
        train.vectors, speakers, target=settings.target, left_out=settings.left_out
    )
    if not len(rows):
        raise InputError("expected a training speaker with two or more utterances, got none")
    used = {speakers[row] for row in rows}
    _logger.info("training on %d utterances of %d speakers", len(rows), len(used))
    inputs = torch.from_numpy(length_normalize(train.vectors[rows]).astype(np.float32))
    batches = _Batches(inputs, torch.from_numpy(targets), settings)
    scored = valid.subset(trial_utts)
    module = _EnhancementModule(enhancer, loss, scored, valid_trials, settings)
    with torch.random.fork_rng(devices=[]), _quiet_lightning():
        torch.manual_seed(settings.seed)
        _reset_parameters(enhancer)
        _trainer(settings).fit(module, train_dataloaders=batches)
    best = module.restore_best()
    return EnhancementResult(
        best_epoch=best.epoch,
        valid_eer=best.valid_eer,
        unenhanced_valid_eer=_trial_eer(scored, valid_trials),
        num_utterances=len(rows),
        num_speakers=len(used),
        history=tuple(module.history),
    )


class _Batches:
    """Batches of (input, target) in an order that follows from seed and epoch alone."""

    def __init__(self, inputs: torch.Tensor, targets: torch.Tensor, config: EnhancementConfig) -> None:
        self._inputs, self._targets = inputs, targets
        self._size = config.batch_size
        self._generator = torch.Generator().manual_seed(config.seed)

    def __len__(self) -> int:
        return -(-len(self._inputs) // self._size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        order = torch.randperm(len(self._inputs), generator=self._generator)
        for rows in torch.split(order, self._size):
            yield self._inputs[rows], self._targets[rows]


class _EnhancementModule(LightningModule):
    """Loss per batch, EER per epoch, and the weights of the best epoch."""

    def __init__(
        self,
        enhancer: Enhancer,
        loss: EnhancementLoss,
        valid: EmbeddingSet,
        valid_trials: Trials,
        config: EnhancementConfig,
    ) -> None:
        super().__init__()
        self.enhancer, self.loss = enhancer, loss
        self._valid, self._valid_trials, self._config = valid, valid_trials, config
        self._epoch_loss: list[tuple[float, int]] = []
        self._learning_rate = config.learning_rate
        self.history: list[EnhancementEpoch] = []
        self._best: EnhancementEpoch | None = None
        self._best_state: dict[str, torch.Tensor] = {}

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], batch_idx: int) -> torch.Tensor:
        """Return the loss of one batch."""
        inputs, targets = batch
        value: torch.Tensor = self.loss(self.enhancer(inputs), targets)
        if not bool(torch.isfinite(value)):
            raise KowairoError(
                f"the loss became {value.item()} in epoch {self.current_epoch + 1}; lower the learning rate"
            )
        self._epoch_loss.append((value.item(), len(inputs)))
        return value

    def on_train_epoch_start(self) -> None:
        """Note the rate: at the end of the epoch it is that of the next one already."""
        self._learning_rate = float(self.trainer.optimizers[0].param_groups[0]["lr"])

    def on_train_epoch_end(self) -> None:
        """Measure the validation EER, keep the best weights, and stop if it has not fallen for long."""
        values, sizes = zip(*self._epoch_loss, strict=True)
        self._epoch_loss = []
        record = EnhancementEpoch(
            epoch=self.current_epoch + 1,
            loss=float(np.average(values, weights=sizes)),
            valid_eer=self._valid_eer(),
            learning_rate=self._learning_rate,
        )
        self.history.append(record)
        _logger.info("epoch %d: loss %.4f, valid EER %.4f", record.epoch, record.loss, record.valid_eer)
        if np.isfinite(record.valid_eer) and (self._best is None or record.valid_eer < self._best.valid_eer):
            self._best, self._best_state = record, deepcopy(self.enhancer.state_dict())
        since = record.epoch - (self._best.epoch if self._best else 0)
        self.trainer.should_stop = since >= self._config.patience

    def configure_optimizers(self) -> tuple[list[torch.optim.Optimizer], list[LRScheduler]]:
        """Make the optimiser and the step decay."""
        config = self._config
        optimizer: torch.optim.Optimizer
        if config.optimizer == "Adam":
            optimizer = torch.optim.Adam(
                self.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
            )
        else:
            optimizer = torch.optim.SGD(
                self.parameters(),
                lr=config.learning_rate,
                momentum=0.9,
                weight_decay=config.weight_decay,
            )
        return [optimizer], [StepLR(optimizer, config.lr_step_epochs, config.lr_decay)]

    def restore_best(self) -> EnhancementEpoch:
        """Load the best weights, go to evaluation mode, and return the best epoch."""
        if self._best is None:
            raise KowairoError("no epoch gave embeddings with a direction; try ELU or a lower learning rate")
        self.enhancer.load_state_dict(self._best_state)
        self.enhancer.eval()
        return self._best

    def _valid_eer(self) -> float:
        """EER of the enhanced validation trials; infinite if the net gave embeddings without a direction."""
        try:
            return _trial_eer(apply_enhancer(self._valid, self.enhancer), self._valid_trials)
        except InputError as error:
            _logger.warning("epoch %d cannot be used: %s", self.current_epoch + 1, error)
            return float("inf")


def _trial_eer(embeddings: EmbeddingSet, trials: Trials) -> float:
    """EER of cosine scores."""
    values = score_trials(embeddings, trials).values
    return eer(values[trials.target], values[~trials.target]).value


def _speakers(utts: Sequence[str], utt2spk: Mapping[str, str]) -> list[str]:
    """Look speakers up."""
    if missing := [utt for utt in utts if utt not in utt2spk]:
        raise InputError(f"no speaker for {len(missing)} utterances in utt2spk, the first is {missing[0]!r}")
    return [utt2spk[utt] for utt in utts]


def _check_disjoint(train: Sequence[str], valid: Sequence[str]) -> None:
    """Refuse speakers that are trained on and chosen by."""
    if shared := sorted(set(train) & set(valid)):
        raise InputError(f"{len(shared)} speakers are in training and in validation, e.g. {shared[0]!r}")


def _check_dims(enhancer: Enhancer, train: EmbeddingSet, valid: EmbeddingSet) -> None:
    """Refuse sets or nets of another dimension."""
    dims = {train.vectors.shape[1], valid.vectors.shape[1], enhancer.input_dim, enhancer.output_dim}
    if len(dims) > 1:
        raise InputError(
            f"expected one dimension, got training {train.vectors.shape[1]}, validation "
            f"{valid.vectors.shape[1]}, net {enhancer.input_dim} to {enhancer.output_dim}"
        )


def _reset_parameters(enhancer: Enhancer) -> None:
    """Draw every layer's initial weights again, from the seeded generator."""
    for module in enhancer.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()


def _trainer(config: EnhancementConfig) -> Trainer:
    """A trainer that writes and prints nothing; the nets are so small that a CPU is quickest."""
    return Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=config.max_epochs,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Keep Lightning's remarks on devices and tips out of the log for the time of a training."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            # Lightning 2.6 under torch 2.13 asks for a type that torch is about to rename.
            warnings.filterwarnings("ignore", message=".*LeafSpec.*", category=FutureWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
