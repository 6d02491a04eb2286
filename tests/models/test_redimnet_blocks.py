import pytest
import torch

from kowairo.models.redimnet_blocks import (
    ChannelNorm,
    ConvNextBlock1d,
    ConvNextBlock2d,
    ResidualBlock2d,
    SelfAttention,
    TimeContextBlock,
    num_groups,
    to_channels,
)


@pytest.fixture
def maps():
    return torch.randn(2, 8, 6, 5, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("channels", "width", "groups"), [(12, 8, 1), (24, 8, 3), (10, 1, 10), (4, 8, 1)])
def test_groups_are_rounded_down_and_at_least_one(channels, width, groups):
    assert num_groups(channels, width) == groups


def test_frames_hold_the_channels_of_each_band_side_by_side(maps):
    frames = to_channels(maps)
    assert frames.shape == (2, 48, 5)
    assert torch.equal(frames[:, 8:16], maps[:, :, 1])


def test_the_norm_is_over_channels_alone(maps):
    normal = ChannelNorm(8)(maps)
    torch.testing.assert_close(normal.mean(dim=1), torch.zeros(2, 6, 5), atol=1e-6, rtol=0.0)
    torch.testing.assert_close(normal.var(dim=1, correction=0), torch.ones(2, 6, 5), atol=1e-4, rtol=0.0)


def test_without_output_weights_blocks_pass_their_input(maps):
    convnext = ConvNextBlock2d(8, group_channels=4).eval()
    residual = ResidualBlock2d(8, group_channels=1).eval()
    context = TimeContextBlock(8, inner_channels=4).eval()
    over_time = ConvNextBlock1d(8, kernel_size=7).eval()
    for layer in (convnext.pwconv1, residual.bn2, context.exp_dim_conv, over_time.pwconv1):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    torch.testing.assert_close(convnext(maps), maps)
    torch.testing.assert_close(residual(maps), maps.relu())
    torch.testing.assert_close(context(maps[:, :, 0]), maps[:, :, 0])
    torch.testing.assert_close(over_time(maps[:, :, 0]), maps[:, :, 0])


def test_attention_is_that_of_torchs_multi_head_attention():
    torch.manual_seed(0)
    attention = SelfAttention(8)
    reference = torch.nn.MultiheadAttention(8, 4, batch_first=True)
    layers = (attention.q_proj, attention.k_proj, attention.v_proj)
    with torch.no_grad():
        reference.in_proj_weight.copy_(torch.cat([layer.weight for layer in layers]))
        reference.in_proj_bias.copy_(torch.cat([layer.bias for layer in layers]))
    reference.out_proj.load_state_dict(attention.out_proj.state_dict())
    x = torch.randn(2, 7, 8)
    torch.testing.assert_close(attention(x), reference(x, x, x, need_weights=False)[0], atol=1e-6, rtol=1e-5)
