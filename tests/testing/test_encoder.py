import pytest
import torch

from kowairo.models import MfccStatistics
from kowairo.testing import TinyEncoder, check_encoder


class _LeakyStatistics(MfccStatistics):
    """Subtracts the batch's mean: an embedding depends on its neighbours."""

    def embed_features(self, features):
        embeddings = super().embed_features(features)
        return embeddings - embeddings.mean(dim=0, keepdim=True)


class _BrokenStatistics(MfccStatistics):
    """Divides by deviations that may be zero."""

    def embed_features(self, features):
        embeddings = super().embed_features(features)
        return embeddings / (embeddings[:, 23:].amax(dim=1, keepdim=True) > 1e-3)


def test_the_tiny_encoder_is_the_same_for_the_same_seed():
    waveform = torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    assert torch.equal(TinyEncoder(seed=3)(waveform), TinyEncoder(seed=3)(waveform))


def test_the_tiny_encoder_leaves_the_global_generator_alone():
    state = torch.random.get_rng_state()
    TinyEncoder(seed=3)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_an_encoder_that_looks_at_its_batch_is_found():
    with pytest.raises(AssertionError, match="alone and in a batch"):
        check_encoder(_LeakyStatistics())


def test_an_encoder_that_is_not_finite_on_silence_is_found():
    with pytest.raises(AssertionError, match="is not finite"):
        check_encoder(_BrokenStatistics())
