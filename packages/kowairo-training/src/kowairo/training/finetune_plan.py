"""How an encoder is fine-tuned on other voices: what is held out, what is frozen, which rates."""

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from kowairo.core import InputError
from kowairo.models import Encoder

from .layer_rates import layer_rules
from .stage_config import StageConfig

FINETUNE_STAGE = StageConfig(name="finetune", batch_size=32)
"""Settings of the stage where none are given."""
_MATERIAL_PROBABILITY = 0.6

HeadStart = Literal["new", "continue"]


@dataclass(frozen=True)
class FinetunePlan:
    """What fine-tuning does beside the stage's own settings."""

    held_out_fraction: float = 0.15
    """Share of the speakers (of the lines, where speakers are too few) to measure on."""
    min_duration_s: float = 0.5
    """Shorter lines are dropped."""
    max_lines: int = 20
    """Most lines of a held-out speaker that are measured on; the others are not used."""
    max_trials: int = 10_000
    """Most trials of each half of the held-out speakers."""
    warmup_fraction: float = 0.2
    """Share of the steps in which the head alone learns and the encoder stays as it is."""
    first_layer_factor: float = 0.02
    """Share of the learning rate at the encoder's first layer."""
    last_layer_factor: float = 0.2
    """Share of the learning rate at the encoder's last layer; those between lie between."""
    min_steps: int = 200
    """Fewest steps: where the epochs of the stage have fewer, there are more epochs."""
    head: HeadStart = "new"
    """new: the list's labels are other people than those of init. continue: the same, so that their class
    rows go on; init is a stage folder then, and lines are held out, not speakers."""

    def __post_init__(self) -> None:
        """Checks the values."""
        if not 0.0 < self.held_out_fraction <= 0.5:
            raise InputError(f"held_out_fraction is in (0, 0.5], got {self.held_out_fraction}")
        if not 0.0 <= self.warmup_fraction < 1.0:
            raise InputError(f"warmup_fraction is in [0, 1), got {self.warmup_fraction}")
        for field in ("first_layer_factor", "last_layer_factor", "min_duration_s"):
            if getattr(self, field) <= 0.0:
                raise InputError(f"{field} must be positive, got {getattr(self, field)}")
        if self.max_lines < 2 or self.max_trials < 2 or self.min_steps < 1:
            raise InputError(
                "max_lines and max_trials are at least 2, min_steps at least 1, "
                f"got {self.max_lines}, {self.max_trials} and {self.min_steps}"
            )
        if self.head not in get_args(HeadStart):
            raise InputError(f"head is new or continue, got {self.head!r}")


def finetune_stage(
    plan: FinetunePlan, stage: StageConfig, encoder: Encoder, *, num_items: int, has_material: bool
) -> StageConfig:
    """Settings of the stage with what the plan adds.

    The plan's rates and its warm-up come before the stage's own parameter rules, which overrule them. Where
    there is material but no share of crops that gets it, 0.6 do.

    Args:
        plan: plan.
        stage: settings as given.
        encoder: encoder to fine-tune.
        num_items: training utterances, with copies at other speeds.
        has_material: whether there is augmentation material.
    """
    rules = layer_rules(
        encoder,
        first_factor=plan.first_layer_factor,
        last_factor=plan.last_layer_factor,
        frozen_fraction=plan.warmup_fraction,
    )
    steps_per_epoch = max(1, num_items // stage.batch_size)
    epochs = max(stage.epochs, math.ceil(plan.min_steps / steps_per_epoch))
    probability = stage.augment_probability
    return replace(
        stage,
        epochs=epochs,
        # Validation at the given pace in steps: a small list would be embedded more than trained on.
        validate_every_epochs=stage.validate_every_epochs * max(1, epochs // stage.epochs),
        parameter_rules=(*rules, *stage.parameter_rules),
        augment_probability=_MATERIAL_PROBABILITY if has_material and probability == 0.0 else probability,
    )
