import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.models import EcapaGroupNorm, NormalizedFbank
from kowairo.testing import TinyEncoder, check_encoder

_PUBLISHED = (1024, 1024, 1024, 1024, 3072)


def test_the_tiny_encoder_passes_the_contract():
    check_encoder(TinyEncoder())


@pytest.mark.slow
@pytest.mark.parametrize("num_groups", [8, 32])
def test_the_small_encoder_passes_the_contract(num_groups):
    torch.manual_seed(0)
    front_end = NormalizedFbank(hop_s=0.020)
    check_encoder(EcapaGroupNorm(channels=(256,) * 4 + (768,), num_groups=num_groups, front_end=front_end))


@pytest.mark.slow
def test_the_published_sizes_have_138_tensors_and_20767552_parameters():
    with torch.device("meta"):
        encoder = EcapaGroupNorm()
    assert len(encoder.state_dict()) == 138
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 20_767_552
    assert all(key.startswith("backbone.") for key in encoder.state_dict())


def test_five_frames_are_the_least_that_can_be_reflected():
    encoder = TinyEncoder()
    assert encoder.min_frames == 5
    with pytest.raises(InputError, match="at least 5 frames, got 4"):
        encoder.embed_features(torch.zeros(1, 4, 20))


def test_the_embedding_dimension_is_settable(noise):
    encoder = EcapaGroupNorm(channels=(16,) * 4 + (32,), num_groups=4, embedding_dim=24)
    assert encoder(noise(2, 4000)).shape == (2, 24)
    assert encoder.embedding_dim == 24


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"channels": (16, 16)}, "at least 3"),
        ({"channels": (16, 16, 16)}, "of one length"),
        ({"kernel_sizes": (5, 3, 4, 3, 1)}, "odd kernel_sizes"),
        ({"channels": (16, 16, 20, 16, 32)}, "divisible by res2net_scale 8"),
    ],
)
def test_sizes_that_do_not_fit_together_are_refused(sizes, message):
    with pytest.raises(InputError, match=message):
        EcapaGroupNorm(**sizes)


def test_embeddings_are_those_of_the_straight_speechbrain_chain(speechbrain_chain, noise):
    torch.manual_seed(0)
    channels = (64, 64, 64, 64, 192)
    encoder = EcapaGroupNorm(channels=channels, num_groups=2).eval()
    chain = speechbrain_chain(encoder, channels=channels, num_groups=2)
    for i, samples in enumerate((700, 8000, 16123)):
        waveform = noise(1, samples, level=(0.01, 0.3, 2.0)[i], seed=i)
        torch.testing.assert_close(encoder(waveform), chain(waveform), atol=1e-4, rtol=0.0)


@pytest.mark.slow
def test_embeddings_of_20_real_clips_are_those_of_the_straight_speechbrain_chain(speechbrain_chain, data_dir):
    torch.manual_seed(0)
    encoder = EcapaGroupNorm().eval()
    chain = speechbrain_chain(encoder, channels=_PUBLISHED, num_groups=32)
    clips = _clips(data_dir)
    with torch.no_grad():
        expected = torch.cat([chain(clip) for clip in clips])
        lengths = torch.tensor([clip.shape[1] for clip in clips])
        batch = torch.zeros(len(clips), int(lengths.max()))
        for row, clip in zip(batch, clips, strict=True):
            row[: clip.shape[1]] = clip[0]
        actual = encoder(batch, lengths)
    assert (actual - expected).abs().max() <= 1e-4
    assert torch.cosine_similarity(actual.double(), expected.double()).min() >= 0.99999


def _clips(data_dir):
    """20 clips of the training voices, one in every 250, at most 5 s each."""
    soundfile = pytest.importorskip("soundfile")
    folder = data_dir / "voices" / "train"
    lines = (folder / "wav.scp").read_text(encoding="utf-8").splitlines()[:5000:250]
    clips = [soundfile.read(folder / line.split(maxsplit=1)[1], dtype="float32")[0][:80000] for line in lines]
    assert len(clips) == 20
    return [torch.from_numpy(np.ascontiguousarray(clip)).unsqueeze(0) for clip in clips]
