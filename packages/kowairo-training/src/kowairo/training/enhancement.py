"""Training of enhancement nets on frozen embeddings, towards what several utterances of the speaker say.

Source: Speaker Embedding Enhancement (Dorika0203/proj_2022NC, 2022): targets B and C, optimiser, schedule.
in our words.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.optim.lr_scheduler import StepLR

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
    """How to train. Optimiser, rate, decay and seed are those of that project.

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
    training = _Training(enhancer, loss, scored, valid_trials, settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        _reset_parameters(enhancer)
        training.run(batches)
    best = training.restore_best()
    return EnhancementResult(
        best_epoch=best.epoch,
        valid_eer=best.valid_eer,
        unenhanced_valid_eer=_trial_eer(scored, valid_trials),
        num_utterances=len(rows),
        num_speakers=len(used),
        history=tuple(training.history),
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


class _Training:
    """A loop of its own: the nets train in seconds on a CPU, less than Lightning takes to be imported."""

    def __init__(
        self,
        enhancer: Enhancer,
        loss: EnhancementLoss,
        valid: EmbeddingSet,
        valid_trials: Trials,
        config: EnhancementConfig,
    ) -> None:
        self._enhancer, self._loss = enhancer, loss
        self._valid, self._valid_trials, self._config = valid, valid_trials, config
        self.history: list[EnhancementEpoch] = []
        self._best: EnhancementEpoch | None = None
        self._best_state: dict[str, torch.Tensor] = {}

    def run(self, batches: _Batches) -> None:
        """Train until the epochs or the patience are used up."""
        parameters = [*self._enhancer.parameters(), *self._loss.parameters()]
        optimizer = _optimizer(parameters, self._config)
        schedule = StepLR(optimizer, self._config.lr_step_epochs, self._config.lr_decay)
        for epoch in range(1, self._config.max_epochs + 1):
            rate = float(optimizer.param_groups[0]["lr"])
            value = self._train_epoch(epoch, batches, optimizer)
            self._note(EnhancementEpoch(epoch, value, self._valid_eer(epoch), rate))
            if epoch - (self._best.epoch if self._best else 0) >= self._config.patience:
                return
            schedule.step()

    def _train_epoch(self, epoch: int, batches: _Batches, optimizer: torch.optim.Optimizer) -> float:
        """Take a step per batch and return the mean loss."""
        self._enhancer.train()
        values, sizes = [], []
        for inputs, targets in batches:
            optimizer.zero_grad()
            value = self._loss(self._enhancer(inputs), targets)
            if not bool(torch.isfinite(value)):
                raise KowairoError(
                    f"the loss became {value.item()} in epoch {epoch}; lower the learning rate"
                )
            value.backward()
            optimizer.step()
            values.append(value.item())
            sizes.append(len(inputs))
        return float(np.average(values, weights=sizes))

    def _note(self, record: EnhancementEpoch) -> None:
        """Add an epoch to the history, and keep its weights if it is the best."""
        self.history.append(record)
        _logger.info("epoch %d: loss %.4f, valid EER %.4f", record.epoch, record.loss, record.valid_eer)
        if np.isfinite(record.valid_eer) and (self._best is None or record.valid_eer < self._best.valid_eer):
            self._best, self._best_state = record, deepcopy(self._enhancer.state_dict())

    def restore_best(self) -> EnhancementEpoch:
        """Load the best weights, go to evaluation mode, and return the best epoch."""
        if self._best is None:
            raise KowairoError("no epoch gave embeddings with a direction; try ELU or a lower learning rate")
        self._enhancer.load_state_dict(self._best_state)
        self._enhancer.eval()
        return self._best

    def _valid_eer(self, epoch: int) -> float:
        """EER of the enhanced validation trials; infinite if the net gave embeddings without a direction."""
        try:
            return _trial_eer(apply_enhancer(self._valid, self._enhancer), self._valid_trials)
        except InputError as error:
            _logger.warning("epoch %d cannot be used: %s", epoch, error)
            return float("inf")


def _optimizer(parameters: Sequence[torch.nn.Parameter], config: EnhancementConfig) -> torch.optim.Optimizer:
    if config.optimizer == "Adam":
        return torch.optim.Adam(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    return torch.optim.SGD(
        parameters, lr=config.learning_rate, momentum=0.9, weight_decay=config.weight_decay
    )


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
