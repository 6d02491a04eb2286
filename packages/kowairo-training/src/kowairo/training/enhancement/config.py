"""Settings of the training of enhancement nets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kowairo.core import InputError
from kowairo.scoring import EERRule

Target = Literal["normalize_average", "average_normalize"]
"""Unit-length utterances averaged (shorter than 1), or raw ones averaged and then scaled to 1."""

LeftOut = Literal["input", "nothing"]
"""What a target leaves out of its speaker's utterances."""

CleanTarget = Literal["line", "speaker"]
"""Where clean embeddings are given: the clean line itself, or the mean of its speaker's clean lines."""

Order = Literal["shuffled", "blocks"]
"""How an epoch goes through embeddings on disk."""

TrialScore = Literal["cosine", "euclidean"]
"""Cosine of the outputs, or minus the Euclidean distance of the outputs as they are."""

_CHOICES = {
    "target": ("normalize_average", "average_normalize"),
    "left_out": ("input", "nothing"),
    "clean_target": ("line", "speaker"),
    "optimizer": ("Adam", "SGD"),
    "order": ("shuffled", "blocks"),
    "keep": ("best", "last"),
    "trial_score": ("cosine", "euclidean"),
    "speaker_overlap": ("refuse", "allow"),
}
_POSITIVE = (
    "max_epochs",
    "patience",
    "batch_size",
    "speakers_per_step",
    "max_set_size",
    "learning_rate",
    "lr_step_epochs",
    "lr_decay",
    "validate_every",
)


@dataclass(frozen=True)
class EnhancementConfig:
    """How to train. Optimiser, rate, decay and seed are those of proj_2022NC (2022).

    Its batch of 1,000 and 100 epochs are for a million utterances; with thousands, smaller batches and an
    early end do the same in seconds.
    """

    target: Target = "normalize_average"
    """How a speaker's utterances make the target."""
    left_out: LeftOut = "input"
    """"input": a target is built of the speaker's other utterances, so that the net cannot profit from
    finding its own input in it; speakers with one utterance are not used. "nothing" is the published way."""
    clean_target: CleanTarget = "line"
    """What a disturbed line is to become where clean ones are given: "line" takes its own clean embedding,
    and no labels are needed; "speaker" the mean of its speaker's clean lines, by target and left_out."""
    max_epochs: int = 40
    """Passes over the training embeddings at most."""
    patience: int = 10
    """End after this many epochs without a better one."""
    batch_size: int = 256
    """Embeddings per step."""
    speakers_per_step: int = 1
    """Speakers per step where pairs of sessions are compared; a speaker's pairs stay together."""
    max_per_speaker: int | None = None
    """Items of one speaker in an epoch at most, others each time; None takes all."""
    max_set_size: int = 10
    """Lines of a set at most, where a net takes several of a speaker; the batch size then counts sets."""
    order: Order = "shuffled"
    """"shuffled" mixes all, reading here and there; "blocks" reads runs of 64 neighbours, many at a time, and
    mixes those: for embeddings that do not fit into memory, on a disk."""
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
    validate_every: int = 1
    """Epochs from one validation to the next; the last epoch always has one."""
    keep: Literal["best", "last"] = "best"
    """"best": the weights of the epoch with the lowest EER on the first test list; of the lowest validation
    loss where there is no list; the last ones where there is neither."""
    trial_score: TrialScore = "cosine"
    """What trials are scored by."""
    eer_rule: EERRule = "roc"
    """How the EER is read off; "max" is the published way."""
    speaker_overlap: Literal["refuse", "allow"] = "refuse"
    """What is done about speakers who are trained on and also validated or tested on."""
    seed: int = 10
    """Seed of initial weights, order and dropout."""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"expected {name} {' or '.join(choices)}, got {getattr(self, name)!r}")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise InputError(f"expected {name} above 0, got {getattr(self, name)}")
        if self.max_per_speaker is not None and self.max_per_speaker < 1:
            raise InputError(f"expected max_per_speaker above 0, got {self.max_per_speaker}")
