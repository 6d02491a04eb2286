import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import CosineDistillation
from kowairo.testing import check_distillation_loss


@pytest.mark.parametrize("teacher_dim", [8, 5])
def test_cosine_distillation_passes_the_contract(teacher_dim):
    check_distillation_loss(CosineDistillation(8, teacher_dim, seed=0), teacher_dim=teacher_dim)


def test_the_loss_of_two_utterances_by_hand():
    # Cosines 0.6 and -1.
    student, teacher = torch.tensor([[3.0, 4.0], [-2.0, 0.0]]), torch.tensor([[7.0, 0.0], [1.0, 0.0]])
    assert CosineDistillation(2, 2)(student, teacher).item() == pytest.approx(1.2, abs=1e-6)


def test_the_loss_agrees_with_torch_where_the_dimensions_differ():
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(6, 4, generator=generator), torch.randn(6, 3, generator=generator)
    loss = CosineDistillation(4, 3, seed=0)
    projected = student @ loss.projection.weight.T
    expected = torch.nn.CosineEmbeddingLoss()(projected, teacher, torch.ones(6))
    torch.testing.assert_close(loss(student, teacher), expected)


def test_a_teacher_of_another_batch_is_refused():
    with pytest.raises(InputError, match="of one batch"):
        CosineDistillation(2, 2)(torch.ones(3, 2), torch.ones(2, 2))
