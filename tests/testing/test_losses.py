import pytest
import torch

from kowairo.losses import EnhancementLoss, Loss
from kowairo.testing import check_enhancement_loss, check_loss


class _UnclampedAngle(Loss):
    """The angle to a class without a clamp: infinite slope at |cos| = 1."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(5, 8))

    def forward(self, embeddings, labels):
        rows = torch.nn.functional.normalize(embeddings.float())
        return (rows * self.weight[labels]).sum(dim=1).acos().mean()


class _OrderedLoss(Loss):
    """Weighs rows by their place in the batch."""

    def forward(self, embeddings, labels):
        places = torch.arange(len(labels)).float()
        return (embeddings.float().square().sum(dim=1) * places).sum()


class _HalfLoss(EnhancementLoss):
    """Stays in the precision of its input."""

    def forward(self, output, target):
        return (output - target).square().mean()


class _FarLoss(EnhancementLoss):
    """Rewards distance."""

    def forward(self, output, target):
        return -(output.float() - target.float()).square().mean()


def test_an_infinite_slope_at_a_cosine_of_one_is_found():
    with pytest.raises(AssertionError, match="cos = 1 to weight"):
        check_loss(_UnclampedAngle())


def test_a_loss_that_depends_on_the_order_is_found():
    with pytest.raises(AssertionError, match="permuted batch"):
        check_loss(_OrderedLoss())


def test_a_loss_in_half_precision_is_found():
    with pytest.raises(AssertionError, match=r"expected float32, got torch\.bfloat16"):
        check_enhancement_loss(_HalfLoss())


def test_a_loss_that_prefers_a_random_output_is_found():
    with pytest.raises(AssertionError, match="output = target costs"):
        check_enhancement_loss(_FarLoss())
