import pytest
import torch

from kowairo.models.campplus_layers import ContextMask, ConvolutionHead, segment_means


@pytest.mark.parametrize("frames", [1, 99, 100, 101, 250])
def test_segment_means_are_those_of_a_loop(frames):
    x = torch.randn(2, 3, frames, generator=torch.Generator().manual_seed(0))
    expected = torch.empty_like(x)
    for start in range(0, frames, 100):
        segment = x[:, :, start : start + 100]
        expected[:, :, start : start + 100] = segment.mean(dim=2, keepdim=True)
    torch.testing.assert_close(segment_means(x), expected)


def test_segment_means_are_those_of_average_pooling_with_a_rounded_up_length():
    x = torch.randn(1, 2, 230, generator=torch.Generator().manual_seed(0))
    pooled = torch.nn.functional.avg_pool1d(x, 100, 100, ceil_mode=True)
    torch.testing.assert_close(segment_means(x)[:, :, ::100], pooled)


def test_shut_gates_give_silence_and_half_open_ones_half_the_convolution():
    mask = ContextMask(4, 2, kernel_size=3, dilation=1)
    x = torch.randn(1, 4, 7, generator=torch.Generator().manual_seed(0))
    torch.nn.init.zeros_(mask.linear2.weight)
    torch.nn.init.zeros_(mask.linear2.bias)
    torch.testing.assert_close(mask(x), 0.5 * mask.linear_local(x))
    torch.nn.init.constant_(mask.linear2.bias, -100.0)
    assert mask(x).abs().max() < 1e-30


@pytest.mark.parametrize(("features", "channels"), [(80, 320), (72, 288), (20, 96)])
def test_the_head_divides_frequency_by_eight_and_keeps_time(features, channels):
    head = ConvolutionHead(num_features=features).eval()
    assert head.out_channels == channels
    assert head(torch.zeros(1, features, 5)).shape == (1, channels, 5)
