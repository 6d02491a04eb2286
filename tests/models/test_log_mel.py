import pytest
import torch

from kowairo.core import InputError
from kowairo.models.log_mel import LogMel


def test_silence_is_the_logarithm_of_the_offset():
    levels = LogMel(num_mels=10, hop_s=0.01, low_hz=20.0, high_hz=7600.0)(torch.zeros(1, 1600))
    torch.testing.assert_close(levels, torch.full((1, 11, 10), 1e-6).log())


def test_a_tone_is_loudest_in_its_band():
    log_mel = LogMel(num_mels=40, hop_s=0.01, low_hz=0.0, high_hz=8000.0)
    tone = torch.sin(2 * torch.pi * 1000.0 * torch.arange(16000) / 16000).unsqueeze(0)
    band = log_mel(tone).mean(dim=1).argmax().item()
    assert log_mel.filters[:, band].argmax().item() * 40.0 == pytest.approx(1000.0, abs=60.0)


@pytest.mark.parametrize("edges", [(-1.0, 7600.0), (7600.0, 20.0), (20.0, 9000.0)])
def test_edges_that_make_no_band_are_refused(edges):
    with pytest.raises(InputError, match="low_hz < high_hz"):
        LogMel(num_mels=10, hop_s=0.01, low_hz=edges[0], high_hz=edges[1])


def test_a_hop_of_zero_is_refused():
    with pytest.raises(InputError, match="positive num_mels and hop_s"):
        LogMel(num_mels=10, hop_s=0.0, low_hz=20.0, high_hz=7600.0)
