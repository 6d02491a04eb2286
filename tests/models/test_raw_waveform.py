import torch

from kowairo.models.raw_waveform import RawWaveform


def test_samples_are_their_own_features():
    front_end, samples = RawWaveform(), torch.rand(2, 50)
    assert torch.equal(front_end(samples)[:, :, 0], samples)
    assert front_end(samples).shape == (2, front_end.num_frames(50), front_end.num_features)
    assert front_end.min_samples(7) == 7
