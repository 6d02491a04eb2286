import math

import pytest
import torch

from kowairo.models.mel import hz_to_mel, mel_filters


def test_1000_hz_is_about_1000_mel():
    assert hz_to_mel(1000.0) == pytest.approx(1000.0, abs=0.1)


def test_both_sides_of_a_filter_are_as_wide_as_the_way_to_its_left_neighbour():
    filters = mel_filters(4, num_bins=8001, sample_rate_hz=16000, low_hz=0.0, high_hz=8000.0)
    step = hz_to_mel(8000.0) / 5
    edges = [700.0 * (10.0 ** (i * step / 2595.0) - 1.0) for i in range(6)]
    rows = torch.nonzero(filters[:, 2]).flatten()
    width = edges[3] - edges[2]
    assert (rows[0].item(), rows[-1].item()) == (math.ceil(edges[3] - width), math.floor(edges[3] + width))


def test_filters_are_those_of_speechbrain(speechbrain_module):
    bank = speechbrain_module("processing.features").Filterbank(n_mels=80, log_mel=False)
    expected = bank(torch.eye(201).unsqueeze(0))[0]
    actual = mel_filters(80, num_bins=201, sample_rate_hz=16000, low_hz=0.0, high_hz=8000.0)
    torch.testing.assert_close(actual, expected, rtol=0.0, atol=1e-5)
