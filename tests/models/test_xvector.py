import numpy as np
import pytest
import torch

from kowairo.models import KaldiFbank, XVector
from kowairo.testing import check_encoder

# Every 64th value of the normalised embedding from WeSpeaker's XVEC with the same weights and features.
_WESPEAKER = [-0.0410, 0.0228, -0.0436, 0.0432, -0.0243, -0.0706, -0.0695, -0.0329]


def _small():
    torch.manual_seed(0)
    front_end = KaldiFbank(num_mels=20)
    return XVector(hidden_channels=16, pooled_channels=24, embedding_dim=12, front_end=front_end)


def test_a_small_one_passes_the_contract():
    check_encoder(_small())


@pytest.mark.slow
def test_embeddings_are_wespeakers(arithmetic_network, arithmetic_features):
    encoder = XVector().eval()
    arithmetic_network(encoder.backbone)
    with torch.no_grad():
        embedding = torch.nn.functional.normalize(encoder.embed_features(arithmetic_features(40, 80)))
    np.testing.assert_allclose(embedding[0, ::64].numpy(), _WESPEAKER, atol=1e-4)


@pytest.mark.slow
def test_the_published_sizes_pass_the_contract():
    torch.manual_seed(0)
    check_encoder(XVector())


def test_sixteen_frames_are_the_least():
    encoder = _small().eval()
    assert encoder.min_frames == 16
    assert encoder.embed_features(torch.zeros(1, 16, 20)).shape == (1, 12)


def test_keys_of_the_state_are_wespeakers():
    keys = set(_small().backbone.state_dict())
    assert {"frame_1.conv_1d.weight", "frame_5.bn.running_mean", "seg_bn_1.running_var"} < keys
    assert not any(key.endswith("bn.weight") for key in keys)
