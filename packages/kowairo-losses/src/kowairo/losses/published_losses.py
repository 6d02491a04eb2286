"""The objectives of Speaker Embedding Enhancement under the names it gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kowairo.core import InputError

from .base import EnhancementLoss
from .cosine import Cosine
from .domain_adaptation_cosine import DomainAdaptationCosine
from .domain_adaptation_mse import DomainAdaptationMSE
from .enhancement_softmax import EnhancementSoftmax
from .mae import MAE
from .mse import MSE
from .mse_cosine import MSECosine
from .mse_softmax import MSESoftmax
from .my_triplet_cosine import MyTripletCosine

PublishedLossName = Literal[
    "MSE", "MAE", "CS", "MSE_CS", "Softmax", "MSE_Softmax", "MyTriplet_CS", "DA", "DA_CS", "DA_MSE"
]


@dataclass(frozen=True)
class PublishedLoss:
    """One objective of that project."""

    make: Callable[[float], EnhancementLoss]
    """Makes it from the bandwidth, which most do not have."""
    scales_outputs: bool
    """Whether outputs are scaled to unit length before trials are scored."""


PUBLISHED_LOSSES: Mapping[str, PublishedLoss] = MappingProxyType(
    {
        "MSE": PublishedLoss(lambda _: MSE(), scales_outputs=False),
        "MAE": PublishedLoss(lambda _: MAE(), scales_outputs=False),
        "CS": PublishedLoss(lambda _: Cosine(), scales_outputs=True),
        "MSE_CS": PublishedLoss(lambda _: MSECosine(), scales_outputs=True),
        "Softmax": PublishedLoss(lambda _: EnhancementSoftmax(), scales_outputs=False),
        "MSE_Softmax": PublishedLoss(lambda _: MSESoftmax(), scales_outputs=False),
        "MyTriplet_CS": PublishedLoss(lambda _: MyTripletCosine(), scales_outputs=True),
        "DA": PublishedLoss(lambda sigma: DomainAdaptationCosine(sigma=sigma), scales_outputs=True),
        "DA_CS": PublishedLoss(lambda sigma: DomainAdaptationCosine(sigma=sigma), scales_outputs=True),
        "DA_MSE": PublishedLoss(lambda sigma: DomainAdaptationMSE(sigma=sigma), scales_outputs=True),
    }
)
"""By published name; DA_CS is another name of DA."""


def published_loss(name: str, *, sigma: float = 1.0) -> EnhancementLoss:
    """Make an objective by its published name.

    Args:
        name: a key of `PUBLISHED_LOSSES`.
        sigma: bandwidth of the two that have one.

    Returns:
        The objective.

    Raises:
        InputError: an unknown name.

    Source: proj_2022NC (2022).
    """
    if name not in PUBLISHED_LOSSES:
        raise InputError(f"unknown loss {name!r}; expected one of {', '.join(PUBLISHED_LOSSES)}")
    return PUBLISHED_LOSSES[name].make(sigma)
