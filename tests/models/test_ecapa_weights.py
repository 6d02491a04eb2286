import pytest

from kowairo.models import EcapaGroupNorm
from kowairo.models.ecapa_weights import NormWeights


@pytest.mark.parametrize(("channels", "groups"), [(128, 32), (6144, 32), (48, 16), (20, 4), (7, 1)])
def test_the_groups_of_a_norm_are_the_greatest_common_divisor(channels, groups):
    assert NormWeights(channels, num_groups=32).norm.num_groups == groups


def test_keys_and_shapes_are_those_of_speechbrain(speechbrain_ecapa):
    channels = (64, 64, 64, 64, 96)
    expected = speechbrain_ecapa(channels=channels, num_groups=8).state_dict()
    actual = EcapaGroupNorm(channels=channels, num_groups=8).backbone.state_dict()
    assert {k: v.shape for k, v in actual.items()} == {k: v.shape for k, v in expected.items()}


def test_a_block_that_changes_the_width_has_a_shortcut_as_speechbrain_has(speechbrain_ecapa):
    channels = (32, 64, 64, 64, 96)
    expected = speechbrain_ecapa(channels=channels, num_groups=8).state_dict()
    actual = EcapaGroupNorm(channels=channels, num_groups=8).backbone.state_dict()
    assert {k: v.shape for k, v in actual.items()} == {k: v.shape for k, v in expected.items()}
