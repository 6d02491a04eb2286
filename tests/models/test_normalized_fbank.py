import torch

from kowairo.models import NormalizedFbank


def test_every_band_has_mean_zero_over_time(noise):
    means = NormalizedFbank()(noise(3, 16000)).mean(dim=1)
    torch.testing.assert_close(means, torch.zeros(3, 80), rtol=0.0, atol=1e-5)


def test_gain_does_not_matter_well_above_the_floor(noise):
    waveform = noise(1, 16000, level=0.5)
    front_end = NormalizedFbank()
    torch.testing.assert_close(front_end(0.3 * waveform), front_end(waveform), rtol=0.0, atol=1e-3)


def test_a_longer_hop_gives_every_other_frame_before_the_mean_is_removed(noise):
    waveform = noise(1, 16000)
    fine, coarse = NormalizedFbank(hop_s=0.010), NormalizedFbank(hop_s=0.020)
    difference = coarse(waveform) - fine(waveform)[:, ::2]
    constant = difference.mean(dim=1, keepdim=True).expand_as(difference)
    torch.testing.assert_close(difference, constant, rtol=0.0, atol=1e-4)


def test_the_number_of_filters_is_settable(noise):
    front_end = NormalizedFbank(num_mels=24)
    assert front_end(noise(2, 8000)).shape == (2, front_end.num_frames(8000), front_end.num_features)


def test_it_keeps_nothing_in_a_state():
    assert NormalizedFbank().state_dict() == {}
