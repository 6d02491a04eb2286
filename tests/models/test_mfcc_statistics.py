import torch

from kowairo.models import MfccStatistics
from kowairo.testing import check_encoder


def test_mfcc_statistics_pass_the_contract():
    check_encoder(MfccStatistics())


def test_an_embedding_holds_means_and_then_population_deviations(noise):
    encoder, waveform = MfccStatistics(), noise(1, 16000)
    coefficients = encoder.front_end(waveform)[0].double().numpy()
    expected = torch.tensor([*coefficients.mean(axis=0), *coefficients.std(axis=0)])
    torch.testing.assert_close(encoder(waveform)[0].double(), expected, atol=1e-4, rtol=1e-4)


def test_23_coefficients_give_46_values_and_no_parameters():
    encoder = MfccStatistics()
    assert (encoder.embedding_dim, list(encoder.parameters())) == (46, [])


def test_the_number_of_coefficients_is_settable(noise):
    assert MfccStatistics(num_coefficients=13)(noise(2, 8000)).shape == (2, 26)
