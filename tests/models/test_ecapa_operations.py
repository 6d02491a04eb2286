import pytest
import torch
import torch.nn.functional as F

from kowairo.models.ecapa_operations import (
    attentive_statistics,
    reflect_convolution,
    relu_group_norm,
    statistics,
)


def _random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_relu_group_norm_is_torchs_group_norm_of_the_rectified_input():
    x, weight, bias = _random(3, 11, 24), _random(24, seed=1), _random(24, seed=2)
    expected = F.group_norm(x.relu().transpose(1, 2), 6, weight, bias, 1e-5).transpose(1, 2)
    torch.testing.assert_close(relu_group_norm(x, weight, bias, 6, 1e-5), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("kernel", "dilation"), [(5, 1), (3, 2), (3, 4), (1, 1)])
def test_reflect_convolution_is_torchs_convolution_of_the_reflected_input(kernel, dilation):
    x, weight, bias = _random(2, 9, 6), _random(4, 6, kernel, seed=1), _random(4, seed=2)
    edge = dilation * (kernel - 1) // 2
    padded = F.pad(x.transpose(1, 2), (edge, edge), mode="reflect")
    expected = F.conv1d(padded, weight, bias, dilation=dilation).transpose(1, 2)
    torch.testing.assert_close(reflect_convolution(x, weight, bias, dilation), expected, atol=1e-5, rtol=1e-5)


def test_statistics_are_mean_and_population_deviation():
    x = _random(2, 13, 5)
    expected = torch.cat([x.mean(dim=1), x.std(dim=1, correction=0)], dim=1)
    torch.testing.assert_close(statistics(x), expected)


def test_equal_logits_give_plain_statistics():
    x = _random(2, 13, 5)
    torch.testing.assert_close(attentive_statistics(x, torch.full_like(x, 3.0)), statistics(x))


def test_one_large_logit_picks_its_frame():
    x, logits = _random(1, 4, 1), torch.tensor([0.0, 0.0, 200.0, 0.0]).view(1, 4, 1)
    expected = torch.tensor([[x[0, 2, 0].item(), 1e-6]])
    torch.testing.assert_close(attentive_statistics(x, logits), expected)
