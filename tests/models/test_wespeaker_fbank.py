import pytest
import torch

from kowairo.models import wespeaker_fbank


def test_features_are_those_of_wespeakers_chain(noise):
    kaldi = pytest.importorskip("torchaudio.compliance.kaldi")
    waveform = noise(1, 8000)
    features = kaldi.fbank(
        waveform * (1 << 15),
        num_mel_bins=80,
        sample_frequency=16000,
        dither=0.0,
        window_type="hamming",
        use_energy=False,
    )
    expected = features - features.mean(dim=0)
    torch.testing.assert_close(wespeaker_fbank()(waveform)[0], expected, atol=1e-3, rtol=0.0)


def test_the_number_of_bands_is_settable():
    assert wespeaker_fbank(num_mels=72).num_features == 72
