import numpy as np
import pytest
import scipy.fft
import torch

from kowairo.core import InputError
from kowairo.models import MFCC, SpeechBrainFbank


def test_coefficients_are_the_orthonormal_cosine_transform_of_mel_levels(noise):
    front_end, waveform = MFCC(num_coefficients=13, num_mels=30), noise(1, 8000)
    expected = scipy.fft.dct(SpeechBrainFbank(num_mels=30)(waveform).numpy(), norm="ortho", axis=-1)[..., :13]
    np.testing.assert_allclose(front_end(waveform).numpy(), expected, atol=1e-4)


def test_gain_moves_the_first_coefficient_only(noise):
    front_end, waveform = MFCC(), noise(1, 8000, level=0.5)
    difference = front_end(waveform) - front_end(0.5 * waveform)
    torch.testing.assert_close(difference[..., 1:], torch.zeros_like(difference[..., 1:]), rtol=0, atol=1e-3)


def test_more_coefficients_than_filters_are_refused():
    with pytest.raises(InputError, match=r"num_coefficients in 1\.\.20"):
        MFCC(num_coefficients=21, num_mels=20)
