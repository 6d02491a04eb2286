import pytest
import torch
from torch import nn

from kowairo.core import InputError
from kowairo.enhance import LinearNetV1, LinearNetV2, LinearNetV3, LinearNetV4
from kowairo.testing.enhance import check_enhancer

_NETS = (LinearNetV1, LinearNetV2, LinearNetV3, LinearNetV4)


@pytest.mark.parametrize(
    ("net", "count", "widths"),
    [
        (LinearNetV1, 9_443_840, [512, 1024, 2048, 2048, 1024, 512]),
        (LinearNetV2, 9_443_840, [512, 1024, 2048, 2048, 1024, 512]),
        (LinearNetV3, 2_099_712, [512, 1024, 1024, 512]),
        (LinearNetV4, 11_543_040, [512, 1024, 1024, 2048, 2048, 1024, 1024, 512]),
    ],
)
def test_widths_and_parameter_counts_at_512_are_the_published_ones(net, count, widths):
    with torch.device("meta"):
        built = net(512)
    linear = [layer for layer in built.modules() if isinstance(layer, nn.Linear)]
    assert [linear[0].in_features, *(layer.out_features for layer in linear)] == widths
    assert sum(parameter.numel() for parameter in built.parameters()) == count


@pytest.mark.parametrize(("net", "after"), [(LinearNetV1, [2, 3, 4]), (LinearNetV2, []), (LinearNetV3, [2])])
def test_dropout_follows_the_published_layers(net, after):
    found, layer = [], 0
    for module in net(4).layers:
        layer += isinstance(module, nn.Linear)
        found += [layer] if isinstance(module, nn.Dropout1d) else []
    assert found == after


@pytest.mark.parametrize("net", _NETS)
@pytest.mark.parametrize("activation", ["ReLU", "ELU"])
def test_nets_keep_the_contract(net, activation):
    check_enhancer(net(6, activation=activation))


@pytest.mark.parametrize("net", _NETS)
def test_an_activation_follows_every_layer_also_the_last(net):
    layers = net(3, activation="ReLU").layers
    assert sum(isinstance(layer, nn.ReLU) for layer in layers) == sum(
        isinstance(x, nn.Linear) for x in layers
    )
    assert isinstance(layers[-1], nn.ReLU)
    assert (net(3, activation="ReLU").eval()(torch.randn(9, 3)) >= 0).all()


@pytest.mark.parametrize("net", _NETS)
def test_an_unknown_activation_raises(net):
    with pytest.raises(InputError, match="expected activation ReLU or ELU, got 'GELU'"):
        net(4, activation="GELU")


def test_a_hand_worked_v3_forward():
    net = LinearNetV3(1, activation="ELU").eval()
    for layer in (layer for layer in net.layers if isinstance(layer, nn.Linear)):
        nn.init.constant_(layer.weight, 1.0)
        nn.init.constant_(layer.bias, -1.0)
    # 2 -> 1 (twice) -> 1 + 1 - 1 = 1 (twice) -> 1
    assert net(torch.tensor([[2.0]])).tolist() == [[1.0]]
    # 0 -> elu(-1) = e^-1 - 1 (twice), and so on
    first = torch.tensor(-1.0).exp() - 1
    second = (2 * first - 1).exp() - 1
    assert net(torch.tensor([[0.0]])).item() == pytest.approx(((2 * second - 1).exp() - 1).item())


def test_row_dropout_zeroes_whole_embeddings_and_element_dropout_single_values():
    torch.manual_seed(0)
    ones = torch.ones(4000, 8)
    row = next(m for m in LinearNetV3(4).modules() if isinstance(m, nn.Dropout1d))(ones)
    assert set(row.unique().tolist()) == {0.0, 1.25}
    assert (row.amax(dim=1) == row.amin(dim=1)).all()
    assert (row[:, 0] == 0).float().mean().item() == pytest.approx(0.2, abs=0.03)
    element = LinearNetV3(4, dropout_unit="element")
    assert not any(isinstance(m, nn.Dropout1d) for m in element.modules())
    mixed = next(m for m in element.modules() if isinstance(m, nn.Dropout))(ones)
    assert (mixed.amax(dim=1) != mixed.amin(dim=1)).any()


def test_bad_arguments_and_shapes_are_refused():
    with pytest.raises(InputError, match="dim of 1 or more"):
        LinearNetV2(0)
    with pytest.raises(InputError, match=r"dropout in \[0, 1\)"):
        LinearNetV1(4, dropout=1.0)
    with pytest.raises(InputError, match="dropout_unit row or element, got 'channel'"):
        LinearNetV1(4, dropout_unit="channel")
    with pytest.raises(InputError, match=r"expected embeddings \(batch, 4\), got \(2, 5\)"):
        LinearNetV4(4)(torch.ones(2, 5))
