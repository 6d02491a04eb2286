"""The reference that our encoder is compared with: SpeechBrain's own modules, with GroupNorm in place of BatchNorm."""

from math import gcd

import pytest
import torch
from torch import nn


def _with_group_norm(module, num_groups):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm1d):
            groups = gcd(num_groups, child.num_features)
            setattr(module, name, nn.GroupNorm(groups, child.num_features))
        else:
            _with_group_norm(child, num_groups)
    return module


@pytest.fixture(scope="session")
def speechbrain_ecapa():
    """Makes a SpeechBrain ECAPA-TDNN of given channels, with GroupNorm unless num_groups is None."""
    ecapa_tdnn = pytest.importorskip("speechbrain.lobes.models.ECAPA_TDNN")

    def make(*, channels, num_groups):
        network = ecapa_tdnn.ECAPA_TDNN(80, lin_neurons=192, channels=list(channels)).eval()
        return network if num_groups is None else _with_group_norm(network, num_groups)

    return make


@pytest.fixture(scope="session")
def speechbrain_chain(speechbrain_ecapa):
    """Makes the straight chain waveform (1, samples) -> embedding (1, dim) from the state of one of our encoders."""
    features = pytest.importorskip("speechbrain.lobes.features")

    def make(encoder, *, channels, num_groups):
        network = speechbrain_ecapa(channels=channels, num_groups=num_groups)
        network.load_state_dict(encoder.backbone.state_dict())
        fbank = features.Fbank(n_mels=80)

        def chain(waveform):
            peak = waveform.abs().max().clamp(min=1.0)
            return network(fbank(waveform / peak * 32768.0)).squeeze(1)

        return chain

    return make


@pytest.fixture
def noise():
    """Makes seeded noise (batch, samples) of a level."""

    def make(batch, samples, *, level=0.1, seed=0):
        generator = torch.Generator().manual_seed(seed)
        white = torch.randn(batch, samples, generator=generator)
        return level * (white + white.roll(1, dims=1))

    return make
