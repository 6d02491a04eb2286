"""A training between two epochs, and its file: a killed training takes the same next step."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch.optim.lr_scheduler import StepLR

from kowairo.core import KowairoError, atomic_path
from kowairo.enhance import EnhancementNet
from kowairo.losses import EnhancementLoss

from .config import EnhancementConfig
from .items import EnhancementItems
from .result import EnhancementEpoch

_logger = logging.getLogger(__name__)
_VERSION = 1
_SAMPLED_ROWS = 64


@dataclass
class RunState:
    """Everything that the next epoch depends on, besides data and settings."""

    enhancer: EnhancementNet
    loss: EnhancementLoss
    optimizer: torch.optim.Optimizer
    schedule: StepLR
    history: list[EnhancementEpoch] = field(default_factory=list)
    best: EnhancementEpoch | None = None
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def note(self, record: EnhancementEpoch, *, keep_last: bool) -> None:
        """Enter an epoch, and keep its weights if it is the best (or if the last is wanted)."""
        self.history.append(record)
        if _is_better(record, self.best) or (keep_last and record.worth != float("inf")):
            self.best = record
            self.best_weights = deepcopy(self.enhancer.state_dict())

    def restore_best(self) -> EnhancementEpoch:
        """Load the kept weights, go to evaluation mode, and return their epoch.

        Raises:
            KowairoError: No epoch gave usable embeddings.
        """
        if self.best is None:
            raise KowairoError("no epoch gave embeddings with a direction; try ELU or a lower learning rate")
        self.enhancer.load_state_dict(self.best_weights)
        self.enhancer.eval()
        return self.best

    def save(self, path: Path, fingerprint: str) -> None:
        """Write the state by atomic rename.

        Args:
            path: The file.
            fingerprint: Of the run, see `run_fingerprint`.
        """
        state = {
            "version": _VERSION,
            "fingerprint": fingerprint,
            "enhancer": self.enhancer.state_dict(),
            "loss": self.loss.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "history": [asdict(record) for record in self.history],
            "best": None if self.best is None else asdict(self.best),
            "best_weights": self.best_weights,
        }
        with atomic_path(path) as partial:
            torch.save(state, partial)

    def load(self, path: Path, fingerprint: str) -> bool:
        """Take up the state of this very run, if there is one.

        Args:
            path: The file; need not exist.
            fingerprint: Of the run.

        Returns:
            Whether a state was taken up.
        """
        if not path.is_file():
            return False
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, UnpicklingError) as error:
            _logger.warning("%s cannot be read (%s); training starts anew", path, error)
            return False
        if (state.get("version"), state.get("fingerprint")) != (_VERSION, fingerprint):
            _logger.info("%s is of a training with other settings or data; training starts anew", path)
            return False
        self.enhancer.load_state_dict(state["enhancer"])
        self.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.history = [EnhancementEpoch(**record) for record in state["history"]]
        self.best = None if state["best"] is None else EnhancementEpoch(**state["best"])
        self.best_weights = state["best_weights"]
        return True


def run_fingerprint(
    enhancer: EnhancementNet,
    loss: EnhancementLoss,
    config: EnhancementConfig,
    items: EnhancementItems,
    *,
    start: str,
    valid: EnhancementItems | None = None,
    eers: Mapping[str, float] | None = None,
) -> str:
    """SHA-256 over what a training, and the choice of its epoch, depend on.

    Of the embeddings, 64 rows stand for all: reading a million would take as long as an epoch. How long and
    with how much patience it is trained does not count, so that a training can be prolonged.

    Args:
        enhancer: The net.
        loss: The objective.
        config: Settings.
        items: Training items.
        start: Where the weights start.
        valid: Validation items.
        eers: EERs of the test lists without the net, which stand for the lists.
    """
    settings = {k: v for k, v in asdict(config).items() if k not in ("max_epochs", "patience")}
    # A loss may hold another: what that one is set to counts too.
    nets = [_named(enhancer, enhancer.init_args), *(_named(part, vars(part)) for part in loss.modules())]
    told = [nets, settings, start, dict(eers or {})]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
    if start == "given":
        for weights in enhancer.state_dict().values():
            digest.update(weights.detach().cpu().numpy().tobytes())
    for side in (items, valid):
        if side is not None:
            _add_items(digest, side)
    return digest.hexdigest()


def _add_items(digest: hashlib._Hash, items: EnhancementItems) -> None:
    for values in (
        items.row_speakers,
        items.rows,
        items.others,
        items.same_session,
        items.domains,
        items.clean_rows,
    ):
        digest.update(b"-" if values is None else values.tobytes())
    for embeddings in (items.embeddings, items.target_set):
        step = max(1, len(embeddings) // _SAMPLED_ROWS)
        digest.update(embeddings.vectors[::step].tobytes())
    digest.update("\n".join((*items.names, "", *items.domain_names)).encode())


def _named(module: torch.nn.Module, values: Mapping[str, object]) -> list[object]:
    """Class and plain values of a module."""
    kinds = bool | int | float | str | Path
    public = {key: value for key, value in values.items() if not key.startswith("_") and key != "training"}
    plain = {key: value for key, value in public.items() if isinstance(value, kinds)}
    return [f"{type(module).__module__}.{type(module).__qualname__}", plain]


def _is_better(record: EnhancementEpoch, best: EnhancementEpoch | None) -> bool:
    if record.worth is None or record.worth == float("inf") or record.worth != record.worth:
        return False
    return best is None or best.worth is None or record.worth < best.worth
