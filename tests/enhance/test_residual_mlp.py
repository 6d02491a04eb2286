import pytest
import torch

from kowairo.core import InputError
from kowairo.enhance import ResidualMLP
from kowairo.testing import check_enhancer


@pytest.mark.parametrize("activation", ["GELU", "ELU", "ReLU"])
def test_a_residual_mlp_passes_the_contract(activation):
    check_enhancer(ResidualMLP(6, activation=activation, num_layers=1))
    check_enhancer(ResidualMLP(6, hidden_dim=3, num_layers=3, dropout=0.0))


def test_it_starts_as_the_identity_whatever_was_drawn():
    net, batch = ResidualMLP(5).train(), torch.randn(4, 5)
    assert torch.equal(net(batch), batch)
    torch.nn.init.ones_(net.last.weight)
    assert not torch.equal(net(batch), batch)
    net.reset_parameters()
    assert torch.equal(net(batch), batch)
    assert net.hidden[0].weight.abs().sum() > 0


def test_a_hand_worked_correction():
    net = ResidualMLP(1, hidden_dim=2, num_layers=1, activation="ReLU", dropout=0.0)
    with torch.no_grad():
        net.hidden[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        net.hidden[0].bias.zero_()
        net.last.weight.copy_(torch.tensor([[2.0, 3.0]]))
    # 2 + 2 relu(2) + 3 relu(-2), and -2 + 2 relu(-2) + 3 relu(2)
    assert net(torch.tensor([[2.0], [-2.0]])).tolist() == [[6.0], [4.0]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_dim": 0}, "a positive dim, hidden_dim and num_layers"),
        ({"num_layers": 0}, "a positive dim, hidden_dim and num_layers"),
        ({"dropout": 1.0}, "dropout in"),
        ({"activation": "SiLU"}, "expected activation GELU, ELU or ReLU, got 'SiLU'"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        ResidualMLP(4, **options)


def test_other_shapes_are_refused():
    with pytest.raises(InputError, match=r"expected embeddings \(batch, 4\), got \(4,\)"):
        ResidualMLP(4)(torch.ones(4))
