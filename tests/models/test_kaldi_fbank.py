import math

import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.models import KaldiFbank
from kowairo.models.kaldi_fbank import kaldi_mel_filters

# Frames 0 and 3, bands 0, 10, ..., 70, computed by kaldi-native-fbank 1.23.0 (the C++ code of Kaldi's
# fbank) from _sweep(), without dither.
_GOLDEN = {
    ("povey", 1.0): [
        [-7.9371, -4.9499, 0.5096, 3.2753, 2.3106, -4.0478, -2.8912, -1.4308],
        [-12.8185, -8.4729, -8.8670, -5.7794, -5.5689, 1.2032, 5.7293, -2.6901],
    ],
    ("povey", 32768.0): [
        [12.8573, 15.8445, 21.3040, 24.0697, 23.1050, 16.7466, 17.9032, 19.3636],
        [7.9759, 12.3215, 11.9274, 15.0150, 15.2255, 21.9976, 26.5237, 18.1043],
    ],
    ("hamming", 32768.0): [
        [12.9716, 16.1420, 21.2575, 24.0696, 23.0661, 17.0058, 17.8901, 19.3551],
        [12.8796, 13.1331, 13.8783, 15.2981, 15.9423, 22.5276, 26.4810, 18.2136],
    ],
}


def _sweep():
    """880 samples: an offset, a rising tone, and a little noise by arithmetic; (1, 880)."""
    n = np.arange(880)
    t = n / 16000
    samples = 0.1 + 0.3 * np.sin(2 * np.pi * (200 * t + 40000 * t**2))
    return torch.from_numpy(samples + 0.02 * ((n * n * 7919) % 1009 / 1009 - 0.5)).float().unsqueeze(0)


@pytest.mark.parametrize(("window", "scale"), _GOLDEN)
def test_features_are_kaldis_golden_values(window, scale):
    features = KaldiFbank(window=window, scale=scale)(_sweep())[0]
    # The lowest bands are 100 dB under the tone, where float32 transforms differ in the fourth digit.
    np.testing.assert_allclose(features[::3, ::10].numpy(), _GOLDEN[window, scale], atol=2e-3)


@pytest.mark.parametrize("window", ["povey", "hamming"])
@pytest.mark.parametrize("scale", [1.0, 32768.0])
def test_features_are_torchaudios(noise, window, scale):
    kaldi = pytest.importorskip("torchaudio.compliance.kaldi")
    waveform = noise(1, 16123) + 0.05
    expected = kaldi.fbank(
        scale * waveform, num_mel_bins=72, sample_frequency=16000, dither=0.0, window_type=window
    )
    actual = KaldiFbank(num_mels=72, window=window, scale=scale)(waveform)[0]
    # torchaudio computes its filters and windows in float32.
    torch.testing.assert_close(actual, expected, atol=1e-3, rtol=0.0)


def test_features_are_those_of_kaldi_native_fbank(noise):
    native = pytest.importorskip("kaldi_native_fbank")
    options = native.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 80
    fbank = native.OnlineFbank(options)
    waveform = noise(1, 9000)
    fbank.accept_waveform(16000, waveform[0].tolist())
    expected = np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])
    np.testing.assert_allclose(KaldiFbank()(waveform)[0].numpy(), expected, atol=1e-3)


def test_silence_is_the_floor():
    assert torch.allclose(KaldiFbank()(torch.zeros(1, 1000)), torch.tensor(math.log(2.0**-23)))


def test_filters_sum_to_one_between_the_outer_centres():
    filters = kaldi_mel_filters(10, num_bins=257, low_hz=20.0, high_hz=8000.0)
    sums = filters.sum(dim=1)
    inner = slice(int(filters[:, 0].argmax()) + 1, int(filters[:, -1].argmax()))
    torch.testing.assert_close(sums[inner], torch.ones_like(sums[inner]))


@pytest.mark.parametrize(
    "arguments", [{"num_mels": 0}, {"scale": 0.0}, {"low_hz": 9000.0}, {"high_hz": 8001.0}]
)
def test_sizes_out_of_range_are_refused(arguments):
    with pytest.raises(InputError, match="0 <= low_hz < high_hz <= 8000"):
        KaldiFbank(**arguments)
