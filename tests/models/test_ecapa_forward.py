import pytest
import torch

from kowairo.models import EcapaGroupNorm
from kowairo.models.ecapa_forward import ecapa_embedding
from kowairo.models.ecapa_fused import FUSED_OPERATIONS
from kowairo.models.ecapa_operations import PLAIN_OPERATIONS

_CHANNELS = (64, 64, 64, 64, 96)


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return EcapaGroupNorm(channels=_CHANNELS, num_groups=2)


@pytest.fixture
def features():
    return 15.0 * torch.randn(3, 41, 80, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("operations", [PLAIN_OPERATIONS, FUSED_OPERATIONS], ids=["plain", "fused"])
def test_embeddings_are_those_of_speechbrain(encoder, features, speechbrain_ecapa, operations):
    reference = speechbrain_ecapa(channels=_CHANNELS, num_groups=2)
    reference.load_state_dict(encoder.backbone.state_dict())
    expected = reference(features).squeeze(1)
    actual = ecapa_embedding(features, encoder.backbone, operations=operations)
    torch.testing.assert_close(actual, expected, atol=1e-4, rtol=0.0)


@pytest.mark.parametrize("operations", [PLAIN_OPERATIONS, FUSED_OPERATIONS], ids=["plain", "fused"])
def test_gradients_are_those_of_speechbrain(encoder, features, speechbrain_ecapa, operations):
    reference = speechbrain_ecapa(channels=_CHANNELS, num_groups=2)
    reference.load_state_dict(encoder.backbone.state_dict())
    reference(features).square().sum().backward()
    encoder.zero_grad()
    ecapa_embedding(features, encoder.backbone, operations=operations).square().sum().backward()
    ours = dict(encoder.backbone.named_parameters())
    expected = torch.cat([p.grad.flatten() for p in reference.parameters()])
    actual = torch.cat([ours[name].grad.flatten() for name, _ in reference.named_parameters()])
    assert (actual - expected).norm() <= 1e-3 * expected.norm()


def test_bfloat16_autocast_gives_float32_embeddings_near_those_of_float32(encoder, features):
    expected = ecapa_embedding(features, encoder.backbone, operations=FUSED_OPERATIONS)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        actual = ecapa_embedding(features, encoder.backbone, operations=FUSED_OPERATIONS)
    assert actual.dtype == torch.float32
    assert torch.cosine_similarity(expected, actual).min() >= 0.99
