import math

import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import ContrastiveDistillation
from kowairo.testing import check_distillation_loss


@pytest.mark.parametrize("teacher_dim", [8, 5])
def test_contrastive_distillation_passes_the_contract(teacher_dim):
    check_distillation_loss(ContrastiveDistillation(8, teacher_dim, seed=0), teacher_dim=teacher_dim)


def test_the_loss_of_two_utterances_by_hand():
    # Teachers (1, 0) and (0, 1); students with cosines 0.6, 0.8 and 0, 1 to them.
    student, teacher = torch.tensor([[3.0, 4.0], [0.0, 2.0]]), torch.tensor([[5.0, 0.0], [0.0, 1.0]])
    costs = [math.log(1 + math.exp((0.8 - 0.6) / 0.5)), math.log(1 + math.exp((0.0 - 1.0) / 0.5))]
    value = ContrastiveDistillation(2, 2, temperature=0.5)(student, teacher)
    assert value.item() == pytest.approx(sum(costs) / 2, abs=1e-6)


def test_the_loss_agrees_with_a_loop():
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(8, 3, generator=generator), torch.randn(8, 3, generator=generator)
    costs = []
    for b in range(8):
        usable = [c for c in range(8) if c == b or _cosine(teacher[b], teacher[c]) <= 0.5]
        scores = {c: _cosine(student[b], teacher[c]) / 0.1 for c in usable}
        costs.append(math.log(sum(map(math.exp, scores.values()))) - scores[b])
    loss = ContrastiveDistillation(3, 3, temperature=0.1, max_negative_cosine=0.5)
    assert loss(student, teacher).item() == pytest.approx(sum(costs) / 8, abs=1e-4)


def _cosine(first, second):
    return torch.cosine_similarity(first, second, dim=0).item()


def test_two_crops_of_one_utterance_do_not_repel_each_other():
    teacher = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    alone = ContrastiveDistillation(2, 2)(teacher[1:], teacher[1:])
    assert ContrastiveDistillation(2, 2)(teacher[:2], teacher[:2]).item() == 0.0
    assert ContrastiveDistillation(2, 2)(teacher, teacher).item() == pytest.approx(alone.item(), abs=1e-6)


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(InputError, match="positive temperature"):
        ContrastiveDistillation(4, 4, temperature=0.0)
