"""Other people's encoders, from the files that they publish."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from kowairo.core import InputError, file_digest

from .build import Plain, build_encoder
from .checkpoint import save_checkpoint
from .ecapa import EcapaGroupNorm
from .encoder import Encoder
from .foreign_sizes import recognize
from .ge2e_lstm import Ge2eLstm
from .ge2e_weights import load_ge2e
from .load_backbone import load_backbone
from .onnx_encoder import OnnxEncoder
from .published import load_published, read_state

SPEECHBRAIN_WEIGHTS = "embedding_model.ckpt"
"""What a folder of SpeechBrain's ECAPA holds the network in."""
WEIGHT_FILES = (".onnx", ".pt", ".pth", ".ckpt")
"""Endings of files that `open_foreign` reads."""


@dataclass(frozen=True, eq=False)
class ForeignEncoder:
    """An encoder out of a published file, and what rebuilds it.

    Attributes:
        encoder: in evaluation mode on the CPU.
        config: for `save_checkpoint`.
        file: where the weights were.
    """

    encoder: Encoder
    config: dict[str, Plain]
    file: Path


def foreign_file(path: Path) -> Path | None:
    """The file of weights that a path means: itself by its ending, or that of a SpeechBrain folder.

    Args:
        path: a file, or a folder; a checkpoint folder of kowairo's own is none.

    Returns:
        None if it is neither.
    """
    if path.is_dir():
        inside = path / SPEECHBRAIN_WEIGHTS
        return inside if inside.is_file() and not (path / "config.yaml").is_file() else None
    return path if path.suffix.lower() in WEIGHT_FILES and path.is_file() else None


def open_foreign(path: Path) -> ForeignEncoder:
    """Opens an encoder that somebody else published; the network and its sizes are seen from the file.

    An ONNX file that takes a waveform, or features as WeSpeaker makes them; a folder of SpeechBrain's
    ECAPA-TDNN; a file of weights of SpeechBrain's or WeSpeaker's ECAPA-TDNN, of the anime encoder (ECAPA-TDNN
    with GroupNorm), of WeSpeaker's ResNet34, of 3D-Speaker's CAM++, or of Resemblyzer's GE2E. Weights are
    loaded wholly or not at all, and nothing in a file can execute: hyperparameter files are not read.

    WeSpeaker's CAM++ has the keys of 3D-Speaker's and another front end: build CamPlusPlus with
    wespeaker_fbank() for it. Dilations and numbers of groups are not in a file: the usual ones are taken.

    Args:
        path: the file or the folder.

    Returns:
        The encoder and the configuration that rebuilds it.

    Raises:
        InputError: no such file, not a network that is known, or tensors that do not all fit.
    """
    file = foreign_file(path)
    if file is None:
        raise InputError(
            f"{path}: expected a file of weights ({', '.join(WEIGHT_FILES)}) or a folder with "
            f"{SPEECHBRAIN_WEIGHTS}"
        )
    if file.suffix.lower() == ".onnx":
        onnx = OnnxEncoder(file)
        return ForeignEncoder(onnx.eval(), onnx.config(), file)
    config = _config_of(file)
    encoder = build_encoder(config)
    if isinstance(encoder, Ge2eLstm):
        load_ge2e(file, encoder)
    elif isinstance(encoder, EcapaGroupNorm):
        load_published(file, encoder)
    else:
        load_backbone(file, encoder)
    return ForeignEncoder(encoder.eval(), config, file)


def import_foreign(path: Path, folder: Path) -> ForeignEncoder:
    """Writes the checkpoint folder of an encoder that somebody else published; see `open_foreign`.

    Args:
        path: the file or the folder.
        folder: the checkpoint folder to write.

    Returns:
        The encoder, which every command then takes by its folder.

    Raises:
        InputError: as `open_foreign`.
    """
    opened = open_foreign(path)
    card: dict[str, Plain] = {
        "source": opened.file.name,
        "sha256": file_digest(opened.file),
        "licence": "that of its publisher; find it out before you pass it on",
        "training data": "not known here; what overlaps with your trials cannot be checked",
    }
    save_checkpoint(opened.encoder, folder, config=opened.config, card=card)
    return opened


def _config_of(file: Path) -> dict[str, Plain]:
    if _is_ge2e(file):
        return {"class_path": "kowairo.models.Ge2eLstm", "init_args": {}}
    state = read_state(file)
    config = recognize(state)
    if config is None:
        first = ", ".join(list(state)[:3])
        raise InputError(f"{file}: not a network that is known here; its first keys are {first}")
    return config


def _is_ge2e(file: Path) -> bool:
    """Whether the tensors lie where only Resemblyzer puts them."""
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError):
        return False  # read_state says what is wrong
    return isinstance(content, dict) and "model_state" in content
