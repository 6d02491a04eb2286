"""The reference of our encoder: SpeechBrain's own modules, with GroupNorm in place of BatchNorm."""

import importlib
import sys
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
def speechbrain_module():
    """Imports a module of SpeechBrain, or skips."""

    def load(name):
        pytest.importorskip("speechbrain")
        module = importlib.import_module(f"speechbrain.{name}")
        # SpeechBrain leaves stand-ins for renamed modules behind, which warn or import half of it when
        # something looks through sys.modules, as hypothesis does.
        kinds = ("LazyModule", "DeprecatedModuleRedirect")
        for stand_in in [n for n, m in sys.modules.items() if type(m).__name__ in kinds]:
            del sys.modules[stand_in]
        return module

    return load


@pytest.fixture(scope="session")
def speechbrain_ecapa(speechbrain_module):
    """Makes a SpeechBrain ECAPA-TDNN of given channels, with GroupNorm unless num_groups is None."""
    ecapa_tdnn = speechbrain_module("lobes.models.ECAPA_TDNN")

    def make(*, channels, num_groups):
        network = ecapa_tdnn.ECAPA_TDNN(80, lin_neurons=192, channels=list(channels)).eval()
        return network if num_groups is None else _with_group_norm(network, num_groups)

    return make


@pytest.fixture(scope="session")
def speechbrain_chain(speechbrain_ecapa, speechbrain_module):
    """Makes the straight chain (1, samples) -> (1, dim) from the state of one of our encoders."""
    features = speechbrain_module("lobes.features")

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


@pytest.fixture(scope="session")
def arithmetic_network():
    """Fills a network's state by arithmetic, so that two implementations of one network get equal weights."""

    def fill(network):
        for number, (key, value) in enumerate(sorted(network.state_dict().items())):
            if not value.is_floating_point():
                continue
            # The digits of a sine after the fourth: as good as random, and the same on every machine.
            angles = 12.9898 * torch.arange(1, value.numel() + 1, dtype=torch.float64) + 78.233 * number
            values = 2.0 * (43758.5453 * angles.sin()).remainder(1.0) - 1.0
            if value.ndim > 1:
                values = values * (3.0 / value[0].numel()) ** 0.5
            else:
                values = 0.1 * values + (1.0 if key.endswith(("running_var", "weight")) else 0.0)
            value.copy_(values.view(value.shape))
        return network.eval()

    return fill


@pytest.fixture(scope="session")
def arithmetic_features():
    """Makes features (1, frames, features) by arithmetic."""

    def make(frames, features):
        time, band = torch.arange(frames).view(1, -1, 1), torch.arange(features).view(1, 1, -1)
        return torch.cos(0.01 * time * band.sqrt() + 0.3 * band) + torch.sin(0.37 * time)

    return make
