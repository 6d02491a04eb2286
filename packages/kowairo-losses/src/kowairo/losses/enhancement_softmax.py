"""Cross-entropy of the speakers on an enhancement net's output."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .base import EnhancementLoss
from .classifier_loss import class_weights
from .enhancement_classifier import read_classifier
from .enhancement_labels import EnhancementLabels

ClassifierUse = Literal["trained", "frozen"]


class EnhancementSoftmax(EnhancementLoss):
    """Cross-entropy of W x + b over the training speakers; the target is not used.

    Rows of unknown speakers (-1) are left out; a batch with no other rows costs 0. W and b are those of the
    extractor's own classifier where a file is given, as in the source, and drawn otherwise (Xavier's limit,
    biases 0). They exist after `start`.

    Args:
        classifier: "trained" along with the net, or "frozen" as the file has it.
        initial: file with the extractor's classifier, see `read_classifier`; its rows stand in the order of
            the sorted speakers.

    Raises:
        InputError: an unknown use, or "frozen" without a file.

    Source: proj_2022NC (2022), there Softmax.
    """

    uses_classes = True

    def __init__(self, *, classifier: ClassifierUse = "trained", initial: Path | None = None) -> None:
        super().__init__()
        if classifier not in get_args(ClassifierUse):
            raise InputError(f"expected classifier trained or frozen, got {classifier!r}")
        if classifier == "frozen" and initial is None:
            raise InputError("a frozen classifier needs the file that it is in")
        self.classifier, self.initial = classifier, initial
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)

    def start(self, *, embedding_dim: int, num_speakers: int, seed: int, num_domains: int = 0) -> None:
        """Build W (speakers, dim) and b (speakers,); see `EnhancementLoss.start`.

        Raises:
            InputError: the file's classifier has another size.
        """
        bias: torch.Tensor = torch.zeros(num_speakers)
        weight: torch.Tensor = class_weights(embedding_dim, num_speakers, seed=seed)
        if self.initial is not None:
            weight, bias = read_classifier(self.initial)
            if weight.shape != (num_speakers, embedding_dim):
                raise InputError(
                    f"{self.initial}: expected a classifier of {num_speakers} speakers in {embedding_dim} "
                    f"dimensions, got {tuple(weight.shape)}"
                )
        trained = self.classifier == "trained"
        self.weight = nn.Parameter(weight.detach().clone(), requires_grad=trained)
        self.bias = nn.Parameter(bias.detach().clone(), requires_grad=trained)

    def logits(self, output: torch.Tensor) -> torch.Tensor:
        """W x + b, (batch, speakers), float32, of output (batch, dim)."""
        if self.weight is None or self.bias is None:
            raise InputError("the speakers are not known yet; call start first")
        with torch.autocast(output.device.type, enabled=False):
            return F.linear(output.float(), self.weight.float(), self.bias.float())

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """Share of the rows of known speakers whose largest logit is their own; None without such rows."""
        if labels is None or labels.speakers is None or not bool((labels.speakers >= 0).any()):
            return None
        known = labels.speakers >= 0
        return (self.logits(output)[known].argmax(dim=1) == labels.speakers[known]).float().mean()

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Mean cross-entropy, a scalar, of output (batch, dim) and labels with speakers."""
        if labels is None or labels.speakers is None:
            raise InputError("a softmax needs the speakers of the batch")
        known = labels.speakers >= 0
        logits = self.logits(output)[known]
        return F.cross_entropy(logits, labels.speakers[known]) if len(logits) else output.float().sum() * 0.0
