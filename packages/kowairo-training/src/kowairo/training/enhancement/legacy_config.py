"""Configurations of Speaker Embedding Enhancement, read as they are."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from kowairo.core import InputError
from kowairo.enhance import Enhancer, published_net
from kowairo.losses import PUBLISHED_LOSSES, EnhancementLoss, published_loss

from .config import EnhancementConfig

_logger = logging.getLogger(__name__)

_WITHOUT_EFFECT = frozenset(
    {
        "nDataLoaderThread",
        "triplet",
        "margin",
        "scale",
        "nPerSpeaker",
        "nClasses",
        "save_path",
        "eval",
        "check",
        "generate",
        "port",
        "distributed",
        "scheduler",
        "config",
    }
)
"""Keys that are known and change nothing: batches need no threads, the kind of list and the number of classes
follow from loss and data, the output folder is an option, processes are started by torchrun, other work has
commands of its own, and there is one schedule."""

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
_TARGETS = {"B": "normalize_average", "C": "average_normalize"}


@dataclass(frozen=True)
class LegacyConfig:
    """Keys of that project with its defaults.

    Raises:
        InputError: A value is not allowed.
    """

    batch_size: int = 1000
    seed: int = 10
    max_seg_per_spk: int = 500
    multiple_embedding_flag: str = "B"
    test_interval: int = 5
    max_epoch: int = 100
    trainfunc: str = "MSE"
    optimizer: str = "adam"
    lr: float = 1e-3
    lr_decay: float = 0.95
    weight_decay: float = 0.0
    sigma: float = 1.0
    model: str = "MyLinearNet"
    nOut: int = 512  # noqa: N815 - their name
    activation: str = "ReLU"
    initial_model: str = ""
    train_list: str = ""
    train_path: str = ""
    valid_list: str = ""
    valid_path: str = ""
    test_list: str = ""
    test_path: str = ""
    test_list_libri: str = ""
    test_path_libri: str = ""
    gen_list: str = ""
    gen_path: str = ""
    gen_target_dir: str = "emb"

    def __post_init__(self) -> None:
        for name, known in (("optimizer", _OPTIMIZERS), ("multiple_embedding_flag", _TARGETS)):
            if getattr(self, name) not in known:
                raise InputError(f"expected {name} {' or '.join(known)}, got {getattr(self, name)!r}")

    @classmethod
    def read(cls, path: Path) -> LegacyConfig:
        """Read a YAML file; keys that are not known are named in a warning and ignored, as there.

        Args:
            path: The file.

        Raises:
            InputError: It is missing, is no plain YAML mapping, or a value is of the wrong kind.
        """
        values = _read_mapping(path)
        kinds = {field.name: type(field.default) for field in fields(cls)}
        if ignored := sorted(key for key in values if key not in kinds and key not in _WITHOUT_EFFECT):
            _logger.warning("%s: unknown keys are ignored: %s", path, ", ".join(ignored))
        try:
            typed = {key: _typed(key, values[key], kinds[key]) for key in values if key in kinds}
            return cls(**typed)  # type: ignore[arg-type]  # each is of its field's kind
        except InputError as error:
            raise InputError(f"{path}: {error}") from error

    def make_loss(self) -> EnhancementLoss:
        """The objective that trainfunc names."""
        return published_loss(self.trainfunc, sigma=self.sigma)

    def make_net(self, dim: int) -> Enhancer:
        """The net that model and activation describe, for embeddings of a dimension.

        Raises:
            InputError: nOut says another dimension, or model or activation is unknown.
        """
        if dim != self.nOut:
            raise InputError(f"nOut is {self.nOut}, but the embeddings have {dim} dimensions")
        return published_net(self.model, dim, activation=self.activation)

    def training(self, *, beside: EnhancementConfig | None = None) -> EnhancementConfig:
        """The settings, as that trainer uses them.

        Targets hold their input, the last weights are kept, the EER is the larger of the two rates, and
        trials are scored by distance where outputs are not scaled.

        Args:
            beside: Where the settings come from that it does not have (order, speaker_overlap).

        Raises:
            InputError: A value is out of range, or trainfunc is unknown.
        """
        published_loss(self.trainfunc, sigma=self.sigma)
        is_cosine = PUBLISHED_LOSSES[self.trainfunc].scales_outputs or self.multiple_embedding_flag == "C"
        others = beside or EnhancementConfig()
        return EnhancementConfig(
            target="normalize_average" if self.multiple_embedding_flag == "B" else "average_normalize",
            left_out="nothing",
            max_epochs=self.max_epoch,
            batch_size=self.batch_size,
            max_per_speaker=self.max_seg_per_spk,
            order=others.order,
            optimizer="Adam" if self.optimizer == "adam" else "SGD",
            learning_rate=self.lr,
            weight_decay=self.weight_decay,
            lr_step_epochs=self.test_interval,
            lr_decay=self.lr_decay,
            validate_every=self.test_interval,
            keep="last",
            trial_score="cosine" if is_cosine else "euclidean",
            eer_rule="max",
            speaker_overlap=others.speaker_overlap,
            seed=self.seed,
        )


def _read_mapping(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not plain YAML: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected keys and values, got {content!r:.80}")
    return {str(key): value for key, value in content.items()}


def _typed(key: str, value: object, kind: type) -> int | float | str:
    """A value of the kind of the default; YAML takes 1e-5 for text, because it has no point."""
    if kind is str and isinstance(value, str | int | float):
        return str(value)
    if value is None and kind is str:
        return ""
    try:
        number = float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        number = None
    if number is None or isinstance(value, bool) or (kind is int and number != int(number)):
        raise InputError(f"expected {key} to be of kind {kind.__name__}, got {value!r}")
    return int(number) if kind is int else number
