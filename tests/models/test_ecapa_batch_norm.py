import pytest
import torch

from kowairo.core import InputError
from kowairo.models import EcapaBatchNorm, KaldiFbank, MeanNormalized, SpeechBrainFbank, load_backbone
from kowairo.testing import check_encoder

_CHANNELS = (16, 16, 16, 16, 24)


def _small(implementation):
    torch.manual_seed(0)
    return EcapaBatchNorm(
        implementation=implementation,
        channels=_CHANNELS,
        attention_channels=8,
        se_channels=8,
        res2net_scale=4,
        embedding_dim=12,
        front_end=KaldiFbank(num_mels=20),
    )


@pytest.mark.slow
@pytest.mark.parametrize("implementation", ["speechbrain", "wespeaker"])
def test_a_small_one_passes_the_contract(implementation):
    check_encoder(_small(implementation))


@pytest.mark.slow
@pytest.mark.parametrize(("implementation", "last"), [("speechbrain", 3072), ("wespeaker", 1536)])
def test_the_published_sizes_pass_the_contract(implementation, last):
    torch.manual_seed(0)
    check_encoder(EcapaBatchNorm(implementation=implementation, channels=(1024,) * 4 + (last,)))


def test_embeddings_are_speechbrains(speechbrain_ecapa, tmp_path):
    torch.manual_seed(0)
    network = speechbrain_ecapa(channels=_CHANNELS, num_groups=None)
    for name, value in network.named_buffers():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2.0)
        elif name.endswith("running_mean"):
            value.normal_(0.0, 0.1)
    torch.save(network.state_dict(), tmp_path / "embedding_model.ckpt")
    encoder = EcapaBatchNorm(channels=_CHANNELS).eval()
    load_backbone(tmp_path / "embedding_model.ckpt", encoder)
    for frames in (encoder.min_frames, 60):
        features = torch.randn(2, frames, 80)
        expected = network(features).squeeze(1)
        torch.testing.assert_close(encoder.embed_features(features), expected, atol=1e-5, rtol=1e-4)


def test_five_frames_are_the_least():
    encoder = _small("speechbrain").eval()
    assert encoder.min_frames == 5
    with pytest.raises(InputError, match="at least 5 frames, got 4"):
        encoder.embed_features(torch.zeros(1, 4, 20))


def test_the_front_end_is_that_of_the_implementation():
    speechbrain = EcapaBatchNorm(channels=_CHANNELS).front_end
    assert isinstance(speechbrain, MeanNormalized)
    assert isinstance(speechbrain.front_end, SpeechBrainFbank)
    wespeaker = EcapaBatchNorm(implementation="wespeaker", channels=_CHANNELS).front_end
    assert isinstance(wespeaker, MeanNormalized)
    assert isinstance(wespeaker.front_end, KaldiFbank)


def test_an_unknown_implementation_is_refused():
    with pytest.raises(InputError, match="speechbrain, wespeaker, got 'nemo'"):
        EcapaBatchNorm(implementation="nemo")


def test_sizes_that_do_not_fit_together_are_refused():
    with pytest.raises(InputError, match="divisible by res2net_scale 8"):
        EcapaBatchNorm(channels=(16, 16, 20, 16, 24))
