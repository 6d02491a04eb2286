import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.models import KaldiFbank, MultiQueryPooling, ResNet34
from kowairo.testing import check_encoder

# Every 32nd value of the normalised embedding from WeSpeaker's ResNet34 with the same weights and features.
_WESPEAKER = {
    "TSTP": [0.0185, -0.1341, -0.0870, 0.1052, 0.0759, -0.0531, 0.0353, -0.0404],
    "MQMHASTP": [0.0444, 0.0322, -0.0033, -0.0467, -0.0178, 0.0562, 0.0630, -0.0540],
}


def _small():
    torch.manual_seed(0)
    front_end = KaldiFbank(num_mels=20)
    return ResNet34(channels=4, num_blocks=(1, 1, 2, 1), embedding_dim=12, front_end=front_end)


def test_a_small_one_passes_the_contract():
    check_encoder(_small())


@pytest.mark.slow
@pytest.mark.parametrize("pooling", _WESPEAKER)
def test_embeddings_are_wespeakers(arithmetic_network, arithmetic_features, pooling):
    encoder = ResNet34(pooling={"TSTP": None, "MQMHASTP": MultiQueryPooling(num_channels=2560)}[pooling])
    arithmetic_network(encoder.backbone)
    with torch.no_grad():
        embedding = torch.nn.functional.normalize(encoder.eval().embed_features(arithmetic_features(40, 80)))
    np.testing.assert_allclose(embedding[0, ::32].numpy(), _WESPEAKER[pooling], atol=1e-4)


@pytest.mark.slow
def test_the_published_sizes_pass_the_contract():
    torch.manual_seed(0)
    check_encoder(ResNet34())


@pytest.mark.slow
def test_keys_of_the_state_are_wespeakers():
    keys = list(ResNet34().backbone.state_dict())
    assert len(keys) == 218
    assert keys[0] == "conv1.weight"
    assert {"layer3.0.shortcut.1.running_var", "layer4.2.bn2.weight", "seg_1.bias"} < set(keys)


def test_nine_frames_are_the_least():
    encoder = _small().eval()
    assert encoder.min_frames == 9
    assert encoder.embed_features(torch.zeros(1, 9, 20)).shape == (1, 12)
    with pytest.raises(InputError, match="time >= 2"):
        encoder.embed_features(torch.zeros(1, 8, 20))


@pytest.mark.parametrize("num_blocks", [(3, 4, 6), (3, 4, 6, 0)])
def test_other_than_four_stages_are_refused(num_blocks):
    with pytest.raises(InputError, match="four positive num_blocks"):
        ResNet34(num_blocks=num_blocks)
