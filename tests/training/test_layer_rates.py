"""Tests of learning rates by layer."""

import pytest
import torch

from kowairo.core import InputError
from kowairo.models import CamPlusPlus, EcapaGroupNorm, MfccStatistics
from kowairo.training.head import build_head
from kowairo.training.layer_rates import encoder_blocks, layer_rules
from kowairo.training.parameter_rule import match_rules
from kowairo.training.speaker_model import SpeakerModel


class Stack(torch.nn.Module):
    """Ten layers in a list, and a gain of its own on one of them."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(10)])
        self.silent = torch.nn.ReLU()


def test_blocks_are_opened_level_by_level_until_there_are_enough():
    assert encoder_blocks(Stack()) == [f"layers.{number}" for number in range(10)]


def test_what_cannot_be_opened_is_one_block_each():
    small = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Sequential(torch.nn.Linear(2, 2)))
    assert encoder_blocks(small) == ["0", "1.0"]
    assert encoder_blocks(torch.nn.ReLU()) == []


@pytest.mark.parametrize("make", [EcapaGroupNorm, CamPlusPlus])
def test_rates_of_an_encoder_rise_from_its_first_to_its_last_layer(make):
    encoder = make()
    everything, *rules = layer_rules(encoder, first_factor=0.01, last_factor=0.16, frozen_fraction=0.25)
    assert (everything.pattern, everything.learning_rate_factor) == ("encoder.*", 0.16)
    factors = [rule.learning_rate_factor for rule in rules]
    assert factors == sorted(factors)
    assert (factors[0], factors[-1]) == pytest.approx((0.01, 0.16))
    # Geometric: each block learns by the same factor faster than the one before it.
    assert factors[1] / factors[0] == pytest.approx(factors[-1] / factors[-2])
    assert {rule.frozen_fraction for rule in rules} == {0.25}


def test_every_weight_of_the_encoder_has_a_rule_and_none_of_the_head():
    encoder = CamPlusPlus()
    head = build_head("kowairo.losses.AAMSoftmax", embedding_dim=192, classes=["a", "b"], seed=0)
    model = SpeakerModel(encoder, head)
    found = match_rules(model.named_parameters(), layer_rules(encoder, first_factor=0.1, last_factor=0.1))
    assert set(found) == set(encoder.parameters())


def test_an_encoder_without_weights_is_refused():
    with pytest.raises(InputError, match="MfccStatistics has no weights to train"):
        layer_rules(MfccStatistics(), first_factor=0.1, last_factor=0.1)
