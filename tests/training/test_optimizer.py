import pytest
import torch

from kowairo.training import SGD, AdamW


@pytest.fixture
def network():
    net = torch.nn.Linear(3, 2)
    net.frozen = torch.nn.Parameter(torch.zeros(2, 2), requires_grad=False)
    return net


@pytest.mark.parametrize(
    ("config", "kind"), [(AdamW(0.5, 0.1), torch.optim.AdamW), (SGD(0.5, 0.9, 0.1), torch.optim.SGD)]
)
def test_decay_is_for_matrices_only_and_frozen_weights_stay_out(network, config, kind):
    optimizer = config.build(network.named_parameters())
    assert isinstance(optimizer, kind)
    decayed, spared = optimizer.param_groups
    assert ([p.ndim for p in decayed["params"]], decayed["weight_decay"]) == ([2], 0.1)
    assert ([p.ndim for p in spared["params"]], spared["weight_decay"]) == ([1], 0.0)
    assert decayed["lr"] == spared["lr"] == 0.5


def test_sgd_without_momentum_is_plain_descent(network):
    optimizer = SGD(learning_rate=0.5, momentum=0.0, weight_decay=0.0).build(network.named_parameters())
    before = network.weight.detach().clone()
    network.weight.sum().backward()
    optimizer.step()
    assert torch.allclose(network.weight, before - 0.5)
