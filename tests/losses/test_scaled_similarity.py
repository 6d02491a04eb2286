import pytest
import torch

from kowairo.core import InputError
from kowairo.losses.scaled_similarity import ScaledSimilarity


def test_a_similarity_by_hand():
    similarity = ScaledSimilarity(4.0, -1.0)
    torch.testing.assert_close(similarity(torch.tensor([0.5, -0.25])), torch.tensor([1.0, -2.0]))


def test_the_scale_stays_positive_under_an_optimiser_that_pushes_it_down():
    # Two published losses clamp a copy of w and go on with w itself, which turns negative.
    similarity = ScaledSimilarity(0.5)
    optimizer = torch.optim.SGD(similarity.parameters(), lr=1.0)
    for _ in range(50):
        optimizer.zero_grad()
        similarity(torch.tensor(1.0)).backward()
        optimizer.step()
        assert similarity.scale.item() > 0
    assert similarity.log_scale.grad.item() > 0


def test_a_scale_of_zero_is_refused():
    with pytest.raises(InputError, match="positive scale"):
        ScaledSimilarity(0.0)
