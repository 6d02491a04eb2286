import pytest
import torch

from kowairo.losses import EnhancementLoss, Loss


@pytest.mark.parametrize("base", [Loss, EnhancementLoss])
def test_a_base_cannot_be_used_by_itself(base):
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_a_subclass_needs_forward_only():
    class Constant(Loss):
        def forward(self, embeddings, labels):
            return embeddings.sum() * 0.0

    assert Constant()(torch.ones(2, 3), torch.zeros(2, dtype=torch.int64)).item() == 0.0
