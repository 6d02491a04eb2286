import hashlib
import sys

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from kowairo.core import InputError
from kowairo.data import AudioError
from kowairo.inference import AnimeSpeakerEmbedding
from kowairo.inference.anime_speaker_embedding import REPOSITORIES
from kowairo.models import hub
from kowairo.models.hub import HubError
from kowairo.testing.tones import tone_voice


class PublishedNetwork(nn.Module):
    """The published network, put together from SpeechBrain's parts as its model card describes."""

    def __init__(self):
        super().__init__()
        lobes = pytest.importorskip("speechbrain.lobes.models.ECAPA_TDNN")
        self.fbank = pytest.importorskip("speechbrain.lobes.features").Fbank(n_mels=80)
        # SpeechBrain leaves stand-ins behind that warn when something looks through sys.modules.
        kinds = ("LazyModule", "DeprecatedModuleRedirect")
        for stand_in in [name for name, one in sys.modules.items() if type(one).__name__ in kinds]:
            del sys.modules[stand_in]
        self.backbone = lobes.ECAPA_TDNN(80, lin_neurons=192, channels=[1024] * 4 + [3072])
        self._to_group_norm(self.backbone)

    def _to_group_norm(self, module):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d):
                setattr(module, name, nn.GroupNorm(32, child.num_features))
            else:
                self._to_group_norm(child)

    def forward(self, waveform):
        if waveform.abs().max() > 1.0:
            waveform = waveform / waveform.abs().max()
        return self.backbone(self.fbank(waveform * 32768.0)).squeeze(1)


@pytest.fixture(scope="module")
def published():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return PublishedNetwork().eval()


@pytest.fixture(scope="module")
def weights(published, tmp_path_factory):
    """The file as it is published: backbone, and one buffer of the front end."""
    path = tmp_path_factory.mktemp("published") / "embedding_model.pth"
    state = {f"backbone.{key}": value for key, value in published.backbone.state_dict().items()}
    torch.save(state | {"fbank.compute_deltas.kernel": torch.zeros(80, 1, 5)}, path)
    return path


@pytest.fixture(scope="module")
def model(weights):
    return AnimeSpeakerEmbedding(device="cpu", ckpt_path=weights)


@pytest.mark.slow
@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_embeddings_are_those_of_the_published_network(published, model, tmp_path, gain):
    samples = gain * tone_voice(1, 2.0, np.random.default_rng(0))
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    with torch.no_grad():
        expected = published(torch.from_numpy(samples).float().unsqueeze(0))[0].numpy()
    found = model.get_embedding(tmp_path / "a.wav")
    assert (found.shape, found.dtype) == ((192,), np.float32)
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-6)
    assert found @ expected / np.linalg.norm(expected) > 1.0 - 1e-6


@pytest.mark.slow
def test_files_of_other_rates_and_channels_are_read(model, tmp_path):
    voice = tone_voice(1, 1.0, np.random.default_rng(0))
    soundfile.write(tmp_path / "a.flac", np.stack([np.repeat(voice, 3)] * 2, axis=1), 48000)
    soundfile.write(tmp_path / "b.wav", voice, 16000)
    found = [model.get_embedding(str(tmp_path / name)) for name in ("a.flac", "b.wav")]
    assert found[0] @ found[1] > 0.9


@pytest.mark.slow
def test_a_pinned_hash_is_checked(weights):
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert AnimeSpeakerEmbedding("cpu", "va", ckpt_path=weights, sha256=digest).variant == "va"
    with pytest.raises(InputError, match=f"SHA-256 is {digest}, 0{{64}} was asked for"):
        AnimeSpeakerEmbedding("cpu", ckpt_path=weights, sha256="0" * 64)


@pytest.mark.slow
@pytest.mark.parametrize("variant", [None, "char", "va"])
def test_each_variant_is_fetched_from_its_repository(weights, tmp_path, monkeypatch, variant):
    folder = tmp_path / "hub" / REPOSITORIES[variant or "char"] / "main"
    folder.mkdir(parents=True)
    (folder / "embedding_model.pth").write_bytes(weights.read_bytes())
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert AnimeSpeakerEmbedding("cpu", variant).encoder.embedding_dim == 192


def test_without_a_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(HubError, match="without a network, fetch that file elsewhere") as caught:
        AnimeSpeakerEmbedding("cpu")
    assert "\n" not in str(caught.value)


def test_another_variant_is_refused():
    with pytest.raises(InputError, match="expected a variant of char, va, got 'game'"):
        AnimeSpeakerEmbedding("cpu", "game")


@pytest.mark.slow
def test_weights_of_batch_norm_are_refused(weights, tmp_path):
    state = torch.load(weights, weights_only=True)
    state["backbone.mfa.norm.norm.running_mean"] = torch.zeros(3072)
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(InputError, match="are from BatchNorm"):
        AnimeSpeakerEmbedding("cpu", ckpt_path=tmp_path / "x.pth")


def test_a_missing_file_of_weights_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.pth: no such file"):
        AnimeSpeakerEmbedding("cpu", ckpt_path=tmp_path / "absent.pth")


@pytest.mark.slow
def test_a_file_that_is_no_audio_has_its_reason(model, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16000), 16000)
    with pytest.raises(AudioError, match="silent"):
        model.get_embedding(tmp_path / "a.wav")
