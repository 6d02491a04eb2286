import numpy as np
import pytest
import torch

from kowairo.models.kaldi_spectrum import KaldiSpectrum
from kowairo.models.power_spectrum import ConvolutionPowerSpectrum


@pytest.mark.parametrize("window", ["povey", "hamming"])
def test_spectra_are_those_of_kaldis_steps_one_by_one(noise, window):
    waveform = (noise(1, 1000) + 0.3).double().numpy()[0]
    weights = {"povey": np.hanning(400) ** 0.85, "hamming": np.hamming(400)}[window]
    expected = []
    for start in range(0, 601, 160):
        frame = waveform[start : start + 400]
        frame = frame - frame.mean()
        emphasised = np.append(frame[0] * 0.03, frame[1:] - 0.97 * frame[:-1])
        expected.append(np.abs(np.fft.rfft(emphasised * weights, n=512)) ** 2)
    actual = KaldiSpectrum(window=window)(torch.from_numpy(waveform).float().unsqueeze(0))[0].numpy()
    # float32 sums of 400 products: about 1e-6 of the largest bin.
    np.testing.assert_allclose(actual, expected, atol=1e-5 * np.max(expected))


@pytest.mark.parametrize(("samples", "frames"), [(399, 0), (400, 1), (559, 1), (560, 2), (16000, 98)])
def test_only_whole_frames_are_taken(noise, samples, frames):
    spectrum = KaldiSpectrum()
    assert spectrum.num_frames(samples) == frames
    if frames:
        assert spectrum(noise(2, samples)).shape == (2, frames, spectrum.num_bins)


def test_a_constant_offset_changes_nothing(noise):
    spectrum, waveforms = KaldiSpectrum(), noise(1, 2000)
    expected = spectrum(waveforms)
    tolerance = 1e-6 * expected.max().item()
    torch.testing.assert_close(spectrum(waveforms + 0.2), expected, rtol=1e-3, atol=tolerance)


def test_the_convolution_gives_the_same_spectra(noise):
    spectrum, waveforms = KaldiSpectrum(), noise(2, 3001)
    expected = spectrum(waveforms)
    actual = ConvolutionPowerSpectrum(spectrum)(waveforms)
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-6 * expected.max().item())
