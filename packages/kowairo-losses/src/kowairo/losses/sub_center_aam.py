"""AAM-Softmax with several centres a class and a penalty on the nearest other classes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .aam_softmax import AAMSoftmax
from .angular_margin import MarginBranch, check_margin, cosine_of_smaller_angle
from .cosine_classifier import mean_cross_entropy, other_classes


class SubCenterAAM(AAMSoftmax):
    """AAM-Softmax where a class has K centres, and the k nearest other classes are drawn nearer.

    cos theta_j is the largest cosine with the K centres of class j: mislabelled or odd utterances gather at
    centres of their own. The target has cos(theta_y + m) as in `AAMSoftmax`; among the other classes, the
    `num_hard` with the largest cosines of each row have cos(theta_j - m') (never beyond the top, see
    `cosine_of_smaller_angle`).

    m' grows with the margin schedule: it is hard_margin_rad times the ratio of the present margin to the one
    the loss was made with, so that no penalty works before there is a margin. For large-margin fine-tuning
    use num_hard=0, as WeSpeaker does.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin_rad: margin m in radians; settable later.
        scale: scale s.
        sub_centers: centres K of a class.
        num_hard: k nearest other classes to penalise; 0 for none.
        hard_margin_rad: m' in radians at the full margin.
        branch: see `cosine_with_margin`.
        seed: seed of the initial centres; None draws from torch's global generator.

    Raises:
        InputError: as AAMSoftmax; fewer than one centre, a negative num_hard, a hard margin outside 0..pi/2.

    Source: Deng and others (2020, sub-centre ArcFace); Zhao and others (2021, inter-top-K).
    """

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin_rad: float = 0.2,
        scale: float = 32.0,
        sub_centers: int = 3,
        num_hard: int = 5,
        hard_margin_rad: float = 0.06,
        branch: MarginBranch = "continuous",
        seed: int | None = None,
    ) -> None:
        if sub_centers < 1 or num_hard < 0:
            raise InputError(f"expected sub_centers >= 1 and num_hard >= 0, got {sub_centers} and {num_hard}")
        super().__init__(
            embedding_dim,
            num_classes * sub_centers,
            margin_rad=margin_rad,
            scale=scale,
            branch=branch,
            seed=seed,
        )
        self.weight = nn.Parameter(self.weight.detach().reshape(num_classes, sub_centers, embedding_dim))
        self.num_hard = min(num_hard, num_classes - 1)
        self._hard_share = check_margin(hard_margin_rad) / margin_rad if margin_rad > 0 else 0.0

    @property
    def hard_margin_rad(self) -> float:
        """M' at the present margin, in radians."""
        return self._hard_share * self.margin_rad

    def cosines(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Cosines with the nearest centre of every class, (batch, classes), float32."""
        with torch.autocast(embeddings.device.type, enabled=False):
            centers = F.normalize(self.weight.float(), dim=2)
            cosines = F.linear(F.normalize(embeddings.float()), centers.flatten(0, 1))
            # (batch, classes, centres)
            return cosines.reshape(len(cosines), *centers.shape[:2]).max(dim=2).values

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy, a scalar, of cosines (batch, classes) and labels (batch,)."""
        values = cosines.scatter(1, labels.unsqueeze(1), self.targets_with_margin(cosines, labels))
        if self.num_hard > 0:
            others = cosines.detach().masked_fill(~other_classes(cosines, labels), -torch.inf)
            hardest = others.topk(self.num_hard, dim=1).indices
            nearer = cosine_of_smaller_angle(cosines.gather(1, hardest), self.hard_margin_rad)
            values = values.scatter(1, hardest, nearer)
        return mean_cross_entropy(values * self.scale, labels)
