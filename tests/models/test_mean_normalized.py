import torch

from kowairo.models import KaldiFbank, MeanNormalized, MfccStatistics
from kowairo.models.power_spectrum import ConvolutionPowerSpectrum


def test_the_mean_of_each_feature_over_time_is_removed(noise):
    inner = KaldiFbank(num_mels=20)
    features = MeanNormalized(front_end=inner)(noise(3, 8000))
    assert features.mean(dim=1).abs().max() < 1e-5
    differences = features[:, 1:] - features[:, :-1]
    plain = inner(noise(3, 8000))
    torch.testing.assert_close(differences, plain[:, 1:] - plain[:, :-1], atol=1e-5, rtol=0.0)


def test_sizes_are_those_of_the_other_front_end():
    front_end = MeanNormalized(front_end=KaldiFbank(num_mels=20))
    assert (front_end.num_features, front_end.num_frames(16000), front_end.sample_rate_hz) == (20, 98, 16000)
    assert front_end.min_samples(2) == 560


def test_the_spectrum_inside_becomes_a_convolution_for_export():
    copied = MfccStatistics(front_end=MeanNormalized(front_end=KaldiFbank())).for_export()
    assert isinstance(copied.front_end.front_end.spectrum, ConvolutionPowerSpectrum)
