"""The state of a run on disk: what a killed run needs to take the same next step."""

import io
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from kowairo.core import atomic_path

from .checkpoint_average import MetricsRow
from .processes import from_first, is_first
from .progress import Progress
from .speaker_module import SpeakerModule

_log = logging.getLogger(__name__)
_VERSION = 1


@dataclass
class RunRecord:
    """What a run has found so far.

    Attributes:
        fingerprint: digest of all that the result depends on; a state of another run is not taken up.
        best_eer: lowest validation EER so far; None before the first.
        rows: one row of metrics per finished epoch.
    """

    fingerprint: str
    best_eer: float | None = None
    rows: list[MetricsRow] = field(default_factory=list)


def save_state(path: Path, module: SpeakerModule, record: RunRecord) -> None:
    """Write the state by atomic rename; the older state stays until the new one is whole.

    Args:
        path: resume file.
        module: module between two steps.
        record: findings of the run.
    """
    state = {"version": _VERSION, "record": asdict(record)} | _module_state(module)
    # Written by Python, whose errors say what is the matter with the disk.
    whole = io.BytesIO()
    torch.save(state, whole)
    with atomic_path(path) as partial:
        partial.write_bytes(whole.getbuffer())


def restore_state(path: Path, module: SpeakerModule, record: RunRecord) -> bool:
    """Put a run back where its state file says, if there is one of this very run.

    Args:
        path: resume file; need not exist.
        module: freshly built module; weights, optimiser state and counters are replaced.
        record: findings; replaced.

    Returns:
        Whether a state was taken up.
    """
    if not path.exists():
        return False
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, UnpicklingError) as error:
        _log.warning("%s cannot be read (%s); the stage starts anew", path, error)
        return False
    if state.get("version") != _VERSION or state["record"]["fingerprint"] != record.fingerprint:
        _log.info("%s belongs to a run with other settings or data; the stage starts anew", path)
        return False
    _set_module_state(module, state)
    record.best_eer = state["record"]["best_eer"]
    record.rows = state["record"]["rows"]
    return True


def share_state(module: SpeakerModule) -> None:
    """Give all processes the weights, optimiser state and counters of the first one.

    Args:
        module: module before its first step, on the CPU; those of other processes are replaced.
    """
    state = from_first(_module_state(module) if is_first() else {})
    if not is_first():
        _set_module_state(module, state)


def _module_state(module: SpeakerModule) -> dict[str, Any]:
    return {
        "model": module.model.state_dict(),
        "average": None if module.average is None else module.average.state_dict(),
        "optimizer": module.optimizer.state_dict(),
        "progress": asdict(module.progress),
    }


def _set_module_state(module: SpeakerModule, state: Mapping[str, Any]) -> None:
    module.model.load_state_dict(state["model"])
    if module.average is not None:
        module.average.load_state_dict(state["average"])
    module.optimizer.load_state_dict(state["optimizer"])
    _update(module.progress, Progress(**state["progress"]))


def _update(progress: Progress, saved: Progress) -> None:
    # The data module holds the same object, so it is changed in place.
    for name, value in asdict(saved).items():
        setattr(progress, name, value)
