import pytest
import torch

from kowairo.models import EcapaGroupNorm, MfccStatistics, NormalizedFbank
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


class _OneChannelGroups(EcapaGroupNorm):
    """A chain of norms over single channels, which do not vary where the features do not."""

    def __init__(self):
        super().__init__(
            channels=(64, 64, 64, 64, 192), num_groups=8, attention_channels=8, front_end=NormalizedFbank()
        )

    def _embed_equal(self, waveforms):
        length = max(waveforms.shape[1], self.min_samples)
        repeated = waveforms.repeat(1, -(-length // waveforms.shape[1]))[:, :length]
        return self.embed_features(self.front_end(repeated))


def test_an_encoder_whose_gradients_explode_on_silence_is_found():
    torch.manual_seed(0)
    with pytest.raises(AssertionError, match="zeros alone: gradients of"):
        check_encoder(_OneChannelGroups())
