import math

import pytest
import torch

from kowairo.losses import AngularPrototypical
from kowairo.testing import check_loss


def test_angular_prototypical_passes_the_contract():
    check_loss(AngularPrototypical(), reorder="speakers")


def test_the_loss_of_two_speakers_by_hand():
    # Queries (1, 0) and (0, 1); prototypes (0.6, 0.8) and (0, 1): cosines 0.6, 0 and 0.8, 1.
    embeddings = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0], [0.0, 9.0]])
    value = AngularPrototypical(scale=2.0)(embeddings, torch.tensor([0, 1, 0, 1]))
    costs = [math.log(1 + math.exp(2 * (0.0 - 0.6))), math.log(1 + math.exp(2 * (0.8 - 1.0)))]
    assert value.item() == pytest.approx(sum(costs) / 2, abs=1e-6)


def test_the_loss_agrees_with_a_loop():
    embeddings = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
    labels = [5, 5, 5, 5, 2, 2, 2, 8, 8, 8, 8, 1]
    units = [e / e.norm() for e in embeddings]
    rows = {s: [units[i] for i, y in enumerate(labels) if y == s] for s in (2, 5, 8)}
    costs = []
    for speaker, own in rows.items():
        scores = {
            s: 10 * torch.cosine_similarity(own[0], torch.stack(r[1:]).mean(dim=0), dim=0).item() - 5
            for s, r in rows.items()
        }
        costs.append(math.log(sum(map(math.exp, scores.values()))) - scores[speaker])
    value = AngularPrototypical()(embeddings, torch.tensor(labels))
    assert value.item() == pytest.approx(sum(costs) / 3, abs=1e-5)


def test_the_scale_is_learned_and_positive():
    # A published implementation throws the clamped w away.
    loss = AngularPrototypical(scale=1.0)
    embeddings, labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(2, 1), torch.tensor([0, 1, 1, 0])
    optimizer = torch.optim.SGD(loss.parameters(), lr=2.0)
    for _ in range(30):
        optimizer.zero_grad()
        loss(embeddings, labels).backward()
        optimizer.step()
    assert 0.0 < loss.similarity.scale.item() < 0.5
