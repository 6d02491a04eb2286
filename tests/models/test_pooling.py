import pytest
import torch

from kowairo.core import InputError
from kowairo.models import AttentiveStatisticsPooling, MultiQueryPooling, StatisticsPooling
from kowairo.models.pooling import checked_pooling

_POOLINGS = [
    StatisticsPooling(num_channels=16),
    StatisticsPooling(num_channels=16, correction=0),
    AttentiveStatisticsPooling(num_channels=16, attention_channels=4),
    AttentiveStatisticsPooling(num_channels=16, attention_channels=4, context="frame"),
    MultiQueryPooling(num_channels=16, num_heads=4, attention_channels=4),
]


@pytest.fixture(params=_POOLINGS, ids=lambda pooling: type(pooling).__name__)
def pooling(request):
    return request.param


@pytest.fixture
def frames():
    return torch.randn(3, 20, 16, generator=torch.Generator().manual_seed(0))


def test_the_result_has_the_dimension_that_is_said(pooling, frames):
    assert pooling(frames).shape == (3, pooling.output_dim)


def test_each_utterance_is_pooled_on_its_own(pooling, frames):
    alone = torch.cat([pooling(row.unsqueeze(0)) for row in frames])
    torch.testing.assert_close(pooling(frames), alone)


def test_the_order_of_frames_does_not_matter(pooling, frames):
    order = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(pooling(frames[:, order]), pooling(frames), atol=1e-5, rtol=1e-5)


def test_the_least_number_of_frames_is_enough_and_one_less_is_refused(pooling, frames):
    least = pooling.min_frames
    assert pooling(frames[:, :least]).isfinite().all()
    with pytest.raises(InputError, match=f"time >= {least}"):
        pooling(frames[:, : least - 1])


@pytest.mark.parametrize("value", [0.0, 1.0, -37.5])
def test_frames_that_do_not_change_have_small_gradients(pooling, value):
    frames = torch.full((2, 5, 16), value, requires_grad=True)
    pooling(frames).sum().backward()
    assert frames.grad.abs().max() < 3.0


def test_half_precision_frames_are_pooled_in_float32(pooling, frames):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pooled = pooling(frames.bfloat16())
    assert pooled.dtype == torch.float32
    torch.testing.assert_close(pooled, pooling(frames.bfloat16().float()))


def test_another_number_of_channels_is_refused(pooling):
    with pytest.raises(InputError, match=r"got \(2, 5, 8\)"):
        pooling(torch.zeros(2, 5, 8))


def test_a_pooling_of_other_channels_is_refused_with_the_number_to_give():
    with pytest.raises(InputError, match="give it num_channels=32"):
        checked_pooling(StatisticsPooling(num_channels=16), num_channels=32)


def test_no_channels_are_refused():
    with pytest.raises(InputError, match="a positive num_channels, got 0"):
        StatisticsPooling(num_channels=0)
