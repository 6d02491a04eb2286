"""A parameter-free encoder, the floor that a trained one must beat."""

from __future__ import annotations

import torch

from .encoder import Encoder
from .front_end import FrontEnd
from .mfcc import MFCC


class MfccStatistics(Encoder):
    """Means and standard deviations over time of cepstral coefficients.

    e = [mean_t C[t], std_t C[t]] with the population deviation (divided by the number of frames).
    Deterministic and without parameters. With an LDA fitted on training speakers it is the baseline of the
    recipes.

    Args:
        num_coefficients: coefficients of the default front end, C0 included; the embedding has twice as many
            values.
        front_end: another front end; None for MFCC(num_coefficients=num_coefficients).
    """

    def __init__(self, *, num_coefficients: int = 23, front_end: FrontEnd | None = None) -> None:
        super().__init__(
            front_end=MFCC(num_coefficients=num_coefficients) if front_end is None else front_end
        )

    @property
    def embedding_dim(self) -> int:
        """Twice the number of features."""
        return 2 * self.front_end.num_features

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Means, then deviations, (batch, 2 * features)."""
        return torch.cat([features.mean(dim=1), features.std(dim=1, correction=0)], dim=1)
