import pytest
import torch

from kowairo.models import EcapaBatchNorm
from kowairo.models.ecapa_batch_norm_network import EcapaForm, EcapaPooling, Res2Net, SqueezeExcite, Tdnn

_FORM = EcapaForm(
    padding_mode="reflect",
    aggregation_norm="batch",
    attention_norm="none",
    correction=0,
    variance_offset=1e-12,
    least_variance=1e-12,
)


@pytest.fixture
def x():
    return torch.randn(2, 8, 9, generator=torch.Generator().manual_seed(0))


def test_the_norm_comes_after_the_relu(x):
    tdnn = Tdnn(8, 4, form=_FORM, kernel_size=3).eval()
    torch.nn.init.constant_(tdnn.norm.norm.running_mean, 1.0)
    expected = (tdnn.conv(x).relu() - 1.0) / (1.0 + tdnn.norm.norm.eps) ** 0.5
    torch.testing.assert_close(tdnn(x), expected)


def test_the_first_part_of_res2net_is_left_as_it_is(x):
    block = Res2Net(8, form=_FORM, scale=4, kernel_size=3, dilation=1).eval()
    out = block(x)
    assert torch.equal(out[:, :2], x[:, :2])
    torch.testing.assert_close(out[:, 4:6], block.blocks[1](x[:, 4:6] + out[:, 2:4]))


def test_shut_gates_give_silence(x):
    gates = SqueezeExcite(8, form=_FORM, se_channels=4)
    torch.nn.init.zeros_(gates.conv2.conv.weight)
    torch.nn.init.constant_(gates.conv2.conv.bias, -100.0)
    assert gates(x).abs().max() < 1e-30


def test_equal_attention_gives_plain_statistics(x):
    pooling = EcapaPooling(8, form=_FORM, attention_channels=4)
    torch.nn.init.zeros_(pooling.conv.conv.weight)
    expected = torch.cat([x.mean(dim=2), x.std(dim=2, correction=0)], dim=1)
    torch.testing.assert_close(pooling(x), expected)


def test_unequal_widths_get_a_shortcut():
    encoder = EcapaBatchNorm(channels=(16, 24, 24, 32), kernel_sizes=(5, 3, 3, 1), dilations=(1, 2, 3, 1))
    assert "blocks.1.shortcut.conv.weight" in encoder.backbone.state_dict()
    assert "blocks.2.shortcut.conv.weight" not in encoder.backbone.state_dict()
