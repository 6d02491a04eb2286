import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax, CurricularAAM
from kowairo.testing import check_loss


def test_curricular_aam_passes_the_contract():
    check_loss(CurricularAAM(8, 5, seed=0))


def test_the_loss_of_one_embedding_by_hand():
    loss = CurricularAAM(2, 3, margin_rad=0.2, scale=2.0, momentum=0.5)
    angles = torch.tensor([0.5, -0.6, 1.5])
    loss.weight.data = torch.stack([angles.cos(), angles.sin()], dim=1)
    loss.curriculum = torch.tensor(0.3)
    # At angle 0: the target counts as 0.7 rad away; the class at 0.6 is nearer than that, hence hard.
    t = 0.5 * 0.3 + 0.5 * math.cos(0.5)
    logits = [2 * math.cos(0.7), 2 * math.cos(0.6) * (t + math.cos(0.6)), 2 * math.cos(1.5)]
    expected = math.log(sum(map(math.exp, logits))) - logits[0]
    assert loss(torch.tensor([[3.0, 0.0]]), torch.tensor([0])).item() == pytest.approx(expected, abs=1e-6)
    assert loss.curriculum.item() == pytest.approx(t, abs=1e-6)


def test_without_hard_classes_it_is_aam_softmax():
    loss, plain = CurricularAAM(4, 4, margin_rad=0.3, seed=0), AAMSoftmax(4, 4, margin_rad=0.3, seed=0)
    loss.weight.data = plain.weight.data = torch.eye(4)
    embeddings, labels = 2.0 * torch.eye(4), torch.arange(4)
    torch.testing.assert_close(loss(embeddings, labels), plain(embeddings, labels))


def test_the_loss_agrees_with_a_loop():
    generator = torch.Generator().manual_seed(0)
    embeddings, labels = torch.randn(20, 3, generator=generator), torch.arange(20) % 4
    loss = CurricularAAM(3, 4, margin_rad=0.2, scale=10.0, seed=1).eval()
    loss.curriculum = torch.tensor(0.4)
    costs = []
    for embedding, label in zip(embeddings, labels.tolist(), strict=True):
        cosines = [torch.cosine_similarity(embedding, row, dim=0).item() for row in loss.weight.detach()]
        angle = math.acos(cosines[label]) + 0.2
        phi = math.cos(angle) if angle < math.pi else cosines[label] - 1 + math.cos(0.2)
        values = [c if c <= phi else c * (0.4 + c) for c in cosines]
        values[label] = phi
        costs.append(math.log(sum(math.exp(10 * v) for v in values)) - 10 * phi)
    assert loss(embeddings, labels).item() == pytest.approx(sum(costs) / 20, abs=1e-5)


def test_evaluation_leaves_the_curriculum_as_it_is():
    loss = CurricularAAM(4, 3, seed=0).eval()
    loss(torch.ones(3, 4), torch.arange(3))
    assert loss.curriculum.item() == 0.0


def test_the_curriculum_is_saved():
    assert "curriculum" in CurricularAAM(4, 3).state_dict()


def test_two_forward_passes_before_one_backward_pass_work():
    loss = CurricularAAM(4, 3, seed=0)
    embeddings = torch.eye(3, 4).requires_grad_()
    (loss(embeddings, torch.arange(3)) + loss(-embeddings, torch.arange(3))).backward()
    assert embeddings.grad.isfinite().all()


def test_no_momentum_is_refused():
    with pytest.raises(InputError, match="momentum in"):
        CurricularAAM(4, 3, momentum=0.0)
