"""What a net is judged by: the EER on a list of trials."""

from __future__ import annotations

from abc import ABC, abstractmethod

from kowairo.core import EmbeddingSet
from kowairo.enhance import EnhancementNet
from kowairo.scoring import EERRule

from .config import TrialScore


class EERList(ABC):
    """Trials with their embeddings."""

    name: str
    """What it is called in logs."""
    embeddings: EmbeddingSet
    """What the trials name."""
    speakers: frozenset[str]
    """Speakers of the trials, as far as they are known."""

    @abstractmethod
    def eer(self, enhancer: EnhancementNet | None, *, score: TrialScore, rule: EERRule) -> float:
        """EER of the embeddings, enhanced or (None) as they are.

        Args:
            enhancer: The net.
            score: "cosine", or "euclidean": minus the distance; embeddings that are not enhanced are scaled
                to unit length first, enhanced ones stay as they are.
            rule: How the EER is read off.

        Returns:
            A fraction.

        Raises:
            InputError: An embedding is zero or not finite.
        """
