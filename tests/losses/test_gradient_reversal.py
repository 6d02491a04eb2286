import math

import pytest
import torch

from kowairo.losses import reversal_schedule, reverse_gradient


def test_values_pass_and_gradients_turn_round():
    values = torch.tensor([1.0, -2.0], requires_grad=True)
    out = reverse_gradient(values, 0.5)
    (out * torch.tensor([3.0, 4.0])).sum().backward()
    assert out.tolist() == [1.0, -2.0]
    assert values.grad.tolist() == [-1.5, -2.0]


def test_the_schedule_is_that_of_the_paper():
    for progress in (0.0, 0.1, 0.5, 1.0):
        expected = 2 / (1 + math.exp(-10 * progress)) - 1
        assert reversal_schedule(progress) == pytest.approx(expected, abs=1e-12)
