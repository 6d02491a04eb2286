"""The interface of the published package anime_speaker_embedding, on our encoder."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.data import read_audio
from kowairo.models import EcapaGroupNorm, load_published
from kowairo.models.hub import check_digest, fetch_file

from .embed_file import embed_samples
from .precision import prepare_encoder

Variant = Literal["char", "va"]
REPOSITORIES: Mapping[str, str] = MappingProxyType(
    {
        "char": "litagin/anime_speaker_embedding_ecapa_tdnn_groupnorm",
        "va": "litagin/anime_speaker_embedding_by_va_ecapa_tdnn_groupnorm",
    }
)
"""Hub repository of each variant."""
WEIGHTS_NAME = "embedding_model.pth"
# Five frames of 10 ms: the least that the network computes as it is.
_LEAST_DURATION_S = 0.04
_LONGEST_S = 24 * 3600.0


class AnimeSpeakerEmbedding:
    """The published anime encoder: ECAPA-TDNN with GroupNorm, 192 dimensions.

    The same result on the same weights as the package of that name, with these differences: weights are
    loaded wholly or not at all and never executed, a pinned hash is checked, a silent or broken file is an
    error with its reason, and a peak above 1 is scaled by the file's own maximum (as the package does with
    one file).

    Args:
        device: where the network runs; None for CUDA where there is one.
        variant: "char" tells characters, "va" voice actors; None is "char".
        ckpt_path: file of weights; None downloads the variant's from the hub, once.
        revision: branch, tag or commit of the hub repository.
        sha256: what the file must have; None trusts it.

    Raises:
        InputError: another variant, a file that is missing or does not fit, or another hash.
        HubError: the hub does not answer; the message says what to do.

    Source: litagin02, anime_speaker_embedding 0.2 (2025), MIT licence; the interface is theirs.
    """

    def __init__(
        self,
        device: str | torch.device | None = None,
        variant: Variant | None = None,
        *,
        ckpt_path: str | Path | None = None,
        revision: str = "main",
        sha256: str | None = None,
    ) -> None:
        self.variant: str = variant or "char"
        if self.variant not in REPOSITORIES:
            raise InputError(f"expected a variant of {', '.join(REPOSITORIES)}, got {variant!r}")
        path = _weights(self.variant, ckpt_path, revision, sha256)
        self.encoder = EcapaGroupNorm()
        if load_published(path, self.encoder) != "group":
            raise InputError(
                f"{path}: these weights are from BatchNorm and compute something else under GroupNorm; "
                "open SpeechBrain's encoder by its folder instead"
            )
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.encoder.to(self.device).eval()
        self._prepared = prepare_encoder(self.encoder, "fp32")

    def get_embedding(self, audio_path: str | Path) -> NDArray[np.float32]:
        """Embed a file.

        Args:
            audio_path: audio of any format and rate.

        Returns:
            (192,), of unit length.

        Raises:
            AudioError: the file is missing, undecodable, silent or shorter than 40 ms.
        """
        samples = read_audio(audio_path, min_duration_s=_LEAST_DURATION_S, max_duration_s=_LONGEST_S)
        vector = embed_samples(samples, self._prepared, name=str(audio_path))
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


def _weights(variant: str, given: str | Path | None, revision: str, sha256: str | None) -> Path:
    if given is None:
        return fetch_file(REPOSITORIES[variant], WEIGHTS_NAME, revision=revision, sha256=sha256)
    path = Path(given)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if sha256 is not None:
        check_digest(path, sha256)
    return path
