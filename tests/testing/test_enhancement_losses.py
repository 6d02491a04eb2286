import pytest

from kowairo.losses import EnhancementLoss
from kowairo.testing import check_enhancement_loss


class _HalfLoss(EnhancementLoss):
    """Stays in the precision of its input."""

    def forward(self, output, target, labels=None):
        return (output - target).square().mean()


class _FarLoss(EnhancementLoss):
    """Rewards distance."""

    def forward(self, output, target, labels=None):
        return -(output.float() - target.float()).square().mean()


class _FirstRowLoss(EnhancementLoss):
    """Looks at one row only."""

    def forward(self, output, target, labels=None):
        return (output[0].float() - target[0].float()).square().mean()


class _KnownSpeakersLoss(EnhancementLoss):
    """Takes the mean over rows of known speakers, which may be none."""

    def forward(self, output, target, labels=None):
        rows = labels.speakers >= 0
        return (output[rows].float() - target[rows].float()).square().mean()


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (_HalfLoss(), r"expected float32, got torch\.bfloat16"),
        (_FarLoss(), "output = target costs"),
        (_FirstRowLoss(), "permuted batch"),
        (_KnownSpeakersLoss(), "nobody who is trained on: the loss is nan"),
    ],
)
def test_losses_that_break_the_contract_are_found(loss, message):
    with pytest.raises(AssertionError, match=message):
        check_enhancement_loss(loss)
