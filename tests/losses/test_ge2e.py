import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import GE2E
from kowairo.testing import check_loss

VARIANTS = ["softmax", "contrast"]


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


@pytest.mark.parametrize("variant", VARIANTS)
def test_ge2e_passes_the_contract(variant):
    check_loss(GE2E(variant=variant))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_loss_of_two_speakers_by_hand(variant):
    # Speaker 0 twice at (1, 0), speaker 1 twice at (0.6, 0.8): own cosine 1, other 0.6, for every utterance.
    embeddings = torch.tensor([[2.0, 0.0], [1.0, 0.0], [3.0, 4.0], [0.6, 0.8]])
    own, other = 5.0 * 1.0 - 2.0, 5.0 * 0.6 - 2.0
    expected = {
        "softmax": math.log(math.exp(own) + math.exp(other)) - own,
        "contrast": 1 - sigmoid(own) + sigmoid(other),
    }
    value = GE2E(variant=variant, scale=5.0, bias=-2.0)(embeddings, torch.tensor([0, 0, 1, 1]))
    assert value.item() == pytest.approx(expected[variant], abs=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_loss_agrees_with_a_loop_for_speakers_of_different_sizes(variant):
    embeddings = torch.randn(12, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([7, 7, 7, 7, 2, 2, 2, 5, 5, 9, 9, 4])
    value = GE2E(variant=variant)(embeddings, labels)
    assert value.item() == pytest.approx(_naive_loss(embeddings, labels.tolist(), variant), abs=1e-5)


def _naive_loss(embeddings, labels, variant):
    units = [e / e.norm() for e in embeddings]
    costs = []
    for i, label in enumerate(labels):
        if labels.count(label) < 2:
            continue
        scores = {}
        for speaker in set(labels):
            members = [units[j] for j, y in enumerate(labels) if y == speaker and j != i]
            centroid = torch.stack(members).mean(dim=0)
            scores[speaker] = 10 * torch.cosine_similarity(units[i], centroid, dim=0).item() - 5
        others = [value for speaker, value in scores.items() if speaker != label]
        if variant == "softmax":
            costs.append(math.log(sum(map(math.exp, scores.values()))) - scores[label])
        else:
            costs.append(1 - sigmoid(scores[label]) + max(map(sigmoid, others)))
    return sum(costs) / len(costs)


@pytest.mark.parametrize("variant", VARIANTS)
def test_negative_cosines_keep_their_gradient(variant):
    # A published implementation clamps cosines at 1e-6 from below.
    embeddings = torch.tensor([[1.0, 0.1], [-1.0, 0.2], [0.9, -1.0], [-0.8, 1.0]], requires_grad=True)
    GE2E(variant=variant)(embeddings, torch.tensor([0, 0, 1, 1])).backward()
    assert (embeddings.grad.norm(dim=1) > 1e-3).all()


def test_an_utterance_is_no_part_of_its_own_centroid():
    # With itself in the centroid, two opposite utterances would still have a cosine above 0 with it.
    embeddings = torch.tensor([[1.0, 0.0], [-1.0, 0.1], [0.0, 1.0], [0.1, 1.0]])
    value = GE2E(scale=1.0)(embeddings[:2], torch.tensor([0, 0]))
    assert value.item() == 0.0
    with_others = GE2E(scale=10.0)(embeddings, torch.tensor([0, 0, 1, 1]))
    assert with_others.item() > 4.0


def test_scale_and_bias_are_learned():
    loss = GE2E(variant="contrast")
    loss(torch.randn(6, 4, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3).backward()
    assert all(parameter.grad.item() != 0.0 for parameter in loss.parameters())


def test_an_unknown_variant_is_refused():
    with pytest.raises(InputError, match="variant one of"):
        GE2E(variant="softmin")
