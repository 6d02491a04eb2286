import numpy as np
import pytest
import torch

from kowairo.models.power_spectrum import ConvolutionPowerSpectrum, PowerSpectrum, with_convolutions


@pytest.fixture
def spectrum():
    return PowerSpectrum(window=torch.hamming_window(400), hop_samples=160)


def test_spectra_agree_with_numpy_frame_by_frame(spectrum, noise):
    waveform = noise(1, 1000)
    padded = np.pad(waveform[0].double().numpy(), 200)
    window = np.hamming(401)[:400]
    frames = [padded[160 * t : 160 * t + 400] * window for t in range(7)]
    expected = np.abs(np.fft.rfft(frames)) ** 2
    # float32 sums of 400 products: about 1e-6 of the largest bin.
    np.testing.assert_allclose(spectrum(waveform)[0].numpy(), expected, atol=1e-5 * expected.max())


@pytest.mark.parametrize("samples", [1, 159, 160, 161, 5000])
def test_the_number_of_frames_is_as_said(spectrum, noise, samples):
    assert spectrum(noise(1, samples)).shape == (1, spectrum.num_frames(samples), spectrum.num_bins)


@pytest.mark.parametrize("samples", [640, 1001, 16000])
def test_the_convolution_gives_the_same_spectra(spectrum, noise, samples):
    waveforms = noise(2, samples)
    expected = spectrum(waveforms)
    actual = ConvolutionPowerSpectrum(spectrum)(waveforms)
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-6 * expected.max().item())


def test_the_convolution_says_the_same_number_of_frames(spectrum):
    assert ConvolutionPowerSpectrum(spectrum).num_frames(1234) == spectrum.num_frames(1234)


def test_every_spectrum_inside_a_module_is_replaced(spectrum):
    module = with_convolutions(torch.nn.Sequential(torch.nn.Sequential(spectrum)))
    assert isinstance(module[0][0], ConvolutionPowerSpectrum)
