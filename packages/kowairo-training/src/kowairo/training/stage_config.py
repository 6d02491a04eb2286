"""Settings of one training stage, as they stand in a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

from kowairo.core import InputError
from kowairo.losses import MarginSchedule

from .checkpoint_average import CheckpointAverage
from .head import LossMapping
from .item_order import ItemOrder, Shuffled
from .optimizer import AdamW, OptimizerConfig
from .parameter_rule import ParameterRule
from .precision import PrecisionName
from .schedule import Schedule, WarmupCosine
from .spec_augment import SpecAugment
from .teacher_rows import TeacherTransform

AugmentationName = Literal["default", "six_way"]


@dataclass(frozen=True)
class MarginConfig:
    """How the margin grows, in shares of the stage's steps."""

    initial_rad: float = 0.0
    """Margin up to `start_fraction`."""
    final_rad: float = 0.2
    """Margin from `end_fraction` on."""
    start_fraction: float = 0.1
    """Where the growth starts."""
    end_fraction: float = 0.5
    """Where it ends."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_fraction <= self.end_fraction <= 1.0:
            raise InputError(
                "margin: expected 0 <= start_fraction <= end_fraction <= 1, "
                f"got {self.start_fraction} and {self.end_fraction}"
            )

    def schedule(self, total_steps: int) -> MarginSchedule:
        """The schedule in steps of a stage of `total_steps` steps."""
        return MarginSchedule(
            start_step=round(self.start_fraction * total_steps),
            end_step=round(self.end_fraction * total_steps),
            initial=self.initial_rad,
            final=self.final_rad,
        )


@dataclass(frozen=True)
class StageConfig:
    """One stage of staged training."""

    name: str
    """Name of the stage, for messages."""
    epochs: int = 10
    """Epochs; an epoch is as many items as there are (with speed copies), in full batches."""
    max_speakers: int | None = None
    """Train on the largest N speakers only; null for all."""
    crop_s: float = 2.0
    """Length of a training crop, in seconds."""
    batch_size: int = 64
    """Crops per step."""
    order: ItemOrder = Shuffled()  # noqa: RUF009 - frozen, without fields
    """Order of the items: Shuffled, BalancedSpeakers, or SpeakerGroups for losses that compare utterances."""
    speeds: tuple[float, ...] = (1.0,)
    """Speeds to train on; each besides 1 makes new classes. The audio store must hold them."""
    augment_probability: float = 0.0
    """Share of crops that get noise, music, rooms, filters or gain."""
    augmentation: AugmentationName = "default"
    """What these get: default, a room, a background, a channel and a level in a row; six_way, a gain and one
    of six backgrounds (nothing, a room, babble, music, noise, babble and music)."""
    spec_augment: SpecAugment | None = None
    """Masks on the features; null for none."""
    optimizer: OptimizerConfig = AdamW()  # noqa: RUF009 - frozen
    """AdamW or SGD with their settings."""
    schedule: Schedule = WarmupCosine()  # noqa: RUF009 - frozen
    """WarmupCosine, WarmupExponential or WarmupCyclic with their settings."""
    parameter_rules: tuple[ParameterRule, ...] = ()
    """Parameters that start later, not at all, or learn at another rate, by patterns of their names."""
    accumulate: int = 1
    """Compute a batch in so many chunks one after the other before the step, to save memory: same gradient,
    but for BatchNorm, which sees a chunk at a time."""
    gradient_clip_norm: float = 5.0
    """Largest norm of the gradient."""
    loss: str | LossMapping = "kowairo.losses.AAMSoftmax"
    """Class of the loss, or its class_path and init_args; a loss may hold others (WeightedSum), and
    JointObjective those over domains and a teacher too."""
    loss_scale: float | None = None
    """Scale of a loss that has one; null for the loss's own (30 for AAMSoftmax)."""
    margin: MarginConfig = MarginConfig()
    """Growth of the margin, in the loss's unit; a loss without margin takes none."""
    domain: str | None = None
    """What the losses over domains tell apart: NAME of a table utt2NAME or spk2NAME of the training set."""
    domain_of_copies: Literal["same", "own"] = "same"
    """Domain of a copy at another speed: that of its source, or one of its own, as its speaker is."""
    teacher_transform: TeacherTransform = "centre"
    """centre subtracts the mean of the teacher's embeddings of the training items; none takes them as they
    are."""
    ema_decay: float | None = None
    """Decay of the averaged weights that are evaluated and kept; null for the plain weights."""
    average: CheckpointAverage | None = None
    """Mean of the models of several epochs, kept instead of the best epoch's; null for the best epoch."""
    precision: PrecisionName = "auto"
    """auto, fp32 or bf16."""
    validate_every_epochs: int = 1
    """Epochs from one validation to the next; the last epoch always has one."""
    valid_max_duration_s: float = 10.0
    """Validation embeds the first so many seconds of a line."""
    keep_epochs: bool = False
    """Keep the checkpoint folder of every epoch, as checkpoints/0000 and so on."""
    log_every_steps: int | None = None
    """Steps from one line of log (also in train_log.txt) to the next; null for a line an epoch only."""

    def __post_init__(self) -> None:
        positive = (
            "epochs",
            "crop_s",
            "batch_size",
            "gradient_clip_norm",
            "validate_every_epochs",
            "accumulate",
            "loss_scale",
            "log_every_steps",
        )
        for field in (*positive, "valid_max_duration_s"):
            value = getattr(self, field)
            if value is not None and value <= 0:
                raise InputError(f"stage {self.name}: {field} must be positive, got {getattr(self, field)}")
        if self.max_speakers is not None and self.max_speakers < 2:
            raise InputError(f"stage {self.name}: max_speakers must be at least 2, got {self.max_speakers}")
        self.order.check_batch_size(self.batch_size)
        if not 0.0 <= self.augment_probability <= 1.0:
            raise InputError(
                f"stage {self.name}: augment_probability is in [0, 1], got {self.augment_probability}"
            )
        if not self.speeds or len(set(self.speeds)) != len(self.speeds) or min(self.speeds) <= 0:
            raise InputError(f"stage {self.name}: speeds are different positive numbers, got {self.speeds}")
        if self.ema_decay is not None and not 0.0 < self.ema_decay < 1.0:
            raise InputError(f"stage {self.name}: ema_decay is in (0, 1), got {self.ema_decay}")


def config_values(config: object) -> object:
    """A settings object as plain values, in the layout that the command reads back.

    Args:
        config: dataclass, or a plain value.

    Returns:
        Mappings, lists, numbers, strings and None; an object of a plug-in kind is class_path and init_args.
    """
    if is_dataclass(config) and not isinstance(config, type):
        values = {field.name: config_values(getattr(config, field.name)) for field in fields(config)}
        if isinstance(config, ItemOrder | OptimizerConfig | Schedule):
            kind = type(config)
            return {"class_path": f"{kind.__module__}.{kind.__qualname__}", "init_args": values}
        return values
    if isinstance(config, Mapping):
        return {str(key): config_values(value) for key, value in config.items()}
    if isinstance(config, tuple | list):
        return [config_values(value) for value in config]
    return config
