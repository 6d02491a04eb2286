import pytest
import torch

from kowairo.core import InputError
from kowairo.training import AdamW, ParameterRule
from kowairo.training.freezer import Freezer


@pytest.fixture
def network():
    return torch.nn.ModuleDict({"body": torch.nn.BatchNorm1d(2), "head": torch.nn.Linear(2, 2)})


def test_parameters_are_trained_from_their_step_on(network):
    freezer = Freezer(network, [ParameterRule("body.*", frozen_fraction=0.5)], total_steps=10)
    assert freezer.trained_at(4) == list(network["head"].parameters())
    assert [p.requires_grad for p in network.parameters()] == [False, False, True, True]
    assert freezer.trained_at(5) == list(network.parameters())
    assert all(p.requires_grad for p in network.parameters())


def test_batch_norm_keeps_its_statistics_while_it_is_frozen(network):
    freezer = Freezer(network, [ParameterRule("body.*", frozen_fraction=0.5)], total_steps=10)
    freezer.trained_at(4)
    assert not network["body"].training
    freezer.trained_at(5)
    assert network["body"].training


def test_batch_norm_without_parameters_goes_by_the_rule_of_its_statistics():
    network = torch.nn.ModuleDict(
        {"body": torch.nn.BatchNorm1d(2, affine=False), "head": torch.nn.Linear(2, 2)}
    )
    freezer = Freezer(
        network, [ParameterRule("*", frozen_fraction=0.5), ParameterRule("head.*")], total_steps=10
    )
    freezer.trained_at(4)
    assert not network["body"].training
    freezer.trained_at(5)
    assert network["body"].training


def test_what_is_frozen_for_good_is_not_in_the_optimiser(network):
    freezer = Freezer(network, [ParameterRule("body.*", frozen_fraction=1.0)], total_steps=10)
    optimizer = AdamW().build(network.named_parameters())
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 2
    assert len(freezer.trained_at(10)) == 2


def test_without_rules_everything_is_trained(network):
    assert Freezer(network, [], total_steps=10).trained_at(0) == list(network.parameters())


def test_a_stage_that_trains_nothing_is_refused(network):
    with pytest.raises(InputError, match="everything is frozen"):
        Freezer(network, [ParameterRule("*", frozen_fraction=0.5)], total_steps=10)
