"""The GE2E encoder: an LSTM over parts of an utterance."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .encoder import Encoder
from .ge2e_front_end import PART_FRAMES, PART_STEP_FRAMES, Ge2eMel, raise_level, trim_silences


class Ge2eLstm(Encoder):
    """Three LSTM layers of 256 over each part of 1.6 s; the mean of the parts' embeddings.

    A part's embedding is relu(linear(last hidden state)), of unit length; all its values are at least 0.
    Quiet utterances are made louder, and long silences cut out, each utterance by itself and on the CPU. The
    state has Resemblyzer's keys under `backbone.`. Export leaves the cutting of silences out, so an exported
    file disagrees unless silences are kept.

    Args:
        silences: "trimmed" by webrtcvad, as in Resemblyzer; "kept" needs no further library.

    Raises:
        InputError: silences is neither.

    Source: Wan, Wang, Papir and Lopez Moreno (2018), as built and trained by Resemblyzer (Jemine, 2019).
    """

    def __init__(self, *, silences: Literal["trimmed", "kept"] = "trimmed") -> None:
        if silences not in ("trimmed", "kept"):
            raise InputError(f'expected silences "trimmed" or "kept", got {silences!r}')
        super().__init__(front_end=Ge2eMel())
        self.silences = silences
        self.backbone = nn.ModuleDict(
            {"lstm": nn.LSTM(40, 256, num_layers=3, batch_first=True), "linear": nn.Linear(256, 256)}
        )

    @property
    def embedding_dim(self) -> int:
        """256."""
        return 256

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, 256), float32, of mel energies (batch, frames, 40) of whole parts."""
        batch = len(features)
        with torch.autocast(features.device.type, enabled=False):
            parts = features.float().unfold(1, PART_FRAMES, PART_STEP_FRAMES)  # (batch, parts, 40, 160)
            frames = parts.transpose(2, 3).flatten(0, 1)  # (batch * parts, 160, 40)
            _, (hidden, _) = self.backbone["lstm"](frames)
            embeddings = F.normalize(F.relu(self.backbone["linear"](hidden[-1])), dim=1)
            return embeddings.view(batch, -1, self.embedding_dim).mean(dim=1)

    def _embed_equal(self, waveforms: torch.Tensor) -> torch.Tensor:
        rows = [self._prepared(row) for row in waveforms]
        return torch.cat([self.embed_features(self.front_end(row.unsqueeze(0))) for row in rows])

    def _prepared(self, waveform: torch.Tensor) -> torch.Tensor:
        samples = raise_level(waveform.detach().float().cpu().numpy())
        if self.silences == "trimmed":
            samples = trim_silences(samples)
        return torch.from_numpy(samples).to(waveform.device)
