import pytest
import torch

from kowairo.core import InputError
from kowairo.training import AdamW, ParameterRule
from kowairo.training.parameter_rule import match_rules, split_groups


@pytest.fixture
def network():
    return torch.nn.ModuleDict({"first": torch.nn.Linear(3, 2), "second": torch.nn.Linear(2, 2)})


def test_the_last_rule_that_fits_holds(network):
    rules = [ParameterRule("*", 0.1), ParameterRule("second.*", 0.5)]
    found = match_rules(network.named_parameters(), rules)
    assert [found[p].learning_rate_factor for p in network.parameters()] == [0.1, 0.1, 0.5, 0.5]


def test_a_pattern_without_a_parameter_is_refused(network):
    with pytest.raises(InputError, match=r"'third\.\*' fits no parameter; .* first\.weight"):
        match_rules(network.named_parameters(), [ParameterRule("third.*")])


def test_groups_are_split_by_factor_and_keep_their_decay(network):
    optimizer = AdamW(0.5, 0.1).build(network.named_parameters())
    split_groups(optimizer, dict.fromkeys(network["first"].parameters(), 0.1))
    found = [(g["weight_decay"], g["learning_rate_factor"], len(g["params"])) for g in optimizer.param_groups]
    assert found == [(0.1, 0.1, 1), (0.1, 1.0, 1), (0.0, 0.1, 1), (0.0, 1.0, 1)]


def test_shares_become_steps():
    assert [ParameterRule("*", 1.0, share).first_step(10) for share in (0.0, 0.3, 1.0)] == [0, 3, 10]


@pytest.mark.parametrize(
    "values", [{"learning_rate_factor": 0.0}, {"frozen_fraction": 1.1}, {"frozen_fraction": -0.1}]
)
def test_wrong_values_are_refused(values):
    with pytest.raises(InputError, match=next(iter(values))):
        ParameterRule("*", **values)
