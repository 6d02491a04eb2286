import pytest
import torch

from kowairo.core import InputError
from kowairo.losses.teacher_projection import TeacherProjection


def test_equal_dimensions_need_no_matrix():
    projection = TeacherProjection(3, 3)
    student = torch.tensor([[1.0, 2.0, 3.0]])
    assert torch.equal(projection(student), student)
    assert list(projection.parameters()) == []


def test_unequal_dimensions_have_a_learned_matrix():
    projection = TeacherProjection(2, 1, seed=0)
    projection.weight.data = torch.tensor([[3.0, -1.0]])
    assert projection(torch.tensor([[2.0, 1.0]])).tolist() == [[5.0]]


def test_no_dimension_is_refused():
    with pytest.raises(InputError, match="positive embedding_dim"):
        TeacherProjection(4, 0)
