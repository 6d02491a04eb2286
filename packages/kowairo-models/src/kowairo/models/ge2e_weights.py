"""The published weights of Resemblyzer's GE2E encoder, from its wheel to a checkpoint folder."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import torch

from kowairo.core import InputError, user_cache

from .build import Plain
from .checkpoint import save_checkpoint
from .ge2e_lstm import Ge2eLstm
from .published_calibrations import published_calibration
from .state_keys import refuse_mismatch
from .wheel_weights import WheelFile

NAME = "ge2e"
WEIGHTS = WheelFile(
    "resemblyzer==0.1.4",
    "resemblyzer/pretrained.pt",
    "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
)
# Scale and offset of the similarity in the training loss.
_BESIDE = ("similarity_weight", "similarity_bias")
_CARD: dict[str, Plain] = {
    "name": NAME,
    "source": "Resemblyzer 0.1.4 (Corentin Jemine, Resemble AI)",
    "carrier": f"{WEIGHTS.requirement}, {WEIGHTS.member}",
    "sha256": WEIGHTS.sha256,
    "licence": "Apache-2.0",
    "languages": "English",
    "training data": "LibriSpeech, VoxCeleb1 and VoxCeleb2; what overlaps with your trials cannot be checked",
    "paper": "Wan, Wang, Papir and Lopez Moreno (2018), arXiv 1710.10467",
    "spoofing": "not tested against cloned or synthetic voices",
    "consent": "recognising a person by voice needs that person's consent; that is the user's duty",
}


def fetch_ge2e(folder: Path | None = None, *, source: Path | None = None) -> Path:
    """Makes the checkpoint folder of Resemblyzer's encoder, unless it is there already.

    Args:
        folder: the checkpoint folder to write; None for the user's cache, `user_cache() / "ge2e"`.
        source: the weights file, or the wheel with it, where there is no network; None lets pip download.

    Returns:
        The checkpoint folder, for `load_encoder`.

    Raises:
        DownloadError: pip failed; its last line, and what to do.
        InputError: the file is not the published one (another SHA-256), or is not there.
    """
    folder = user_cache() / NAME if folder is None else folder
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        convert_ge2e(WEIGHTS.fetch(Path(scratch), source=source), folder)
    return folder


def convert_ge2e(weights: Path, folder: Path) -> None:
    """Writes the checkpoint folder of a file of Resemblyzer's weights.

    Args:
        weights: a file of torch.save with the state under "model_state", read with weights_only.
        folder: the folder to write.

    Raises:
        InputError: not such a file, or keys or shapes do not all match.
    """
    encoder = Ge2eLstm()
    load_ge2e(weights, encoder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Plain] = {"class_path": "kowairo.models.Ge2eLstm", "init_args": {}}
    save_checkpoint(encoder, folder, config=config, card={**_CARD, **published_calibration(NAME)})


def load_ge2e(weights: Path, encoder: Ge2eLstm) -> None:
    """Loads a file of Resemblyzer's weights into an encoder, wholly or not at all; see `convert_ge2e`."""
    try:
        content = torch.load(weights, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"{weights}: no such file") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{weights}: not a file of plain tensors: {error}") from error
    state = content.get("model_state") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise InputError(f"{weights}: no state under model_state; is it Resemblyzer's file?")
    found = {key: value for key, value in state.items() if key not in _BESIDE}
    refuse_mismatch(found, encoder.backbone.state_dict(), source=str(weights))
    encoder.backbone.load_state_dict(found)
