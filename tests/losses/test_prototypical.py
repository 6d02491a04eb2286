import math

import pytest
import torch

from kowairo.losses import Prototypical
from kowairo.testing import check_loss


def test_prototypical_passes_the_contract():
    check_loss(Prototypical(), reorder="speakers")


def test_the_loss_of_two_speakers_by_hand():
    # Queries 0 and 3; prototypes 1 = mean(0.5, 1.5) and 2.
    embeddings = torch.tensor([[0.0], [3.0], [0.5], [2.0], [1.5]])
    value = Prototypical()(embeddings, torch.tensor([0, 1, 0, 1, 0]))
    costs = [math.log(1 + math.exp(1 - 4)), math.log(1 + math.exp(1 - 4))]
    assert value.item() == pytest.approx(sum(costs) / 2, abs=1e-6)


def test_the_loss_agrees_with_a_loop():
    embeddings = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    rows = {s: embeddings[s::3] for s in range(3)}
    costs = []
    for speaker, own in rows.items():
        scores = {s: -(torch.dist(own[0], r[1:].mean(dim=0)).item() ** 2) for s, r in rows.items()}
        costs.append(math.log(sum(map(math.exp, scores.values()))) - scores[speaker])
    value = Prototypical()(embeddings, torch.arange(9) % 3)
    assert value.item() == pytest.approx(sum(costs) / 3, abs=1e-5)


def test_a_shift_of_all_embeddings_changes_nothing():
    embeddings = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(9) % 3
    torch.testing.assert_close(Prototypical()(embeddings + 3.0, labels), Prototypical()(embeddings, labels))
