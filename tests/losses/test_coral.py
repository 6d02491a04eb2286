import numpy as np
import pytest
import torch

from kowairo.losses import CORAL
from kowairo.testing import check_domain_loss


@pytest.mark.parametrize("num_domains", [2, 3])
def test_coral_passes_the_contract(num_domains):
    check_domain_loss(CORAL(), num_domains=num_domains)


def test_the_loss_of_two_domains_by_hand():
    # Scaled to sqrt(2): domain 0 is +-(sqrt 2, 0), covariance diag(4, 0); domain 1 turned, diag(0, 4).
    embeddings = torch.tensor([[1.0, 0.0], [-3.0, 0.0], [0.0, 2.0], [0.0, -0.5]])
    value = CORAL()(embeddings, torch.tensor([0, 0, 1, 1]))
    assert value.item() == pytest.approx(32.0 / 16.0, abs=1e-5)


def test_the_loss_agrees_with_numpy():
    embeddings = torch.randn(14, 3, generator=torch.Generator().manual_seed(0))
    domains = torch.tensor([0] * 6 + [1] * 5 + [2] * 2 + [3])
    scaled = (embeddings / embeddings.norm(dim=1, keepdim=True) * 3**0.5).numpy()
    covariances = [np.cov(scaled[domains.numpy() == d], rowvar=False) for d in range(3)]
    gaps = [((covariances[a] - covariances[b]) ** 2).sum() / 36 for a, b in [(0, 1), (0, 2), (1, 2)]]
    assert CORAL()(embeddings, domains).item() == pytest.approx(np.mean(gaps), rel=1e-4)


def test_shrinking_the_embeddings_changes_nothing():
    embeddings = torch.randn(14, 3, generator=torch.Generator().manual_seed(0))
    domains = torch.arange(14) % 2
    torch.testing.assert_close(CORAL()(embeddings * 0.01, domains), CORAL()(embeddings, domains))
