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


@pytest.mark.parametrize("times", [{"hop_s": 0.0}, {"hop_s": 0.01, "window_s": 0.0}])
def test_a_hop_or_a_window_of_zero_is_refused(times):
    with pytest.raises(InputError, match="positive num_mels, hop_s and window_s"):
        LogMel(num_mels=10, low_hz=20.0, high_hz=7600.0, **times)


@pytest.mark.parametrize(("window_s", "resolved"), [(0.025, False), (0.050, True)])
def test_a_window_of_two_periods_blurs_the_harmonics_of_a_low_voice_and_one_of_five_shows_them(
    window_s, resolved
):
    # A pulse train at 100 Hz: its harmonics are 100 Hz apart, the main lobe of a 25 ms window is 160 Hz wide.
    pulses = torch.zeros(1, 16000)
    pulses[0, ::160] = 0.1
    log_mel = LogMel(num_mels=80, hop_s=0.01, low_hz=20.0, high_hz=7600.0, window_s=window_s)
    power = log_mel.spectrum(pulses)[0, 20:80].mean(dim=0)
    inside = torch.linspace(0.0, 8000.0, len(power)).sub(400.0).abs() <= 200.0
    depth_db = 10 * (power[inside].max() / power[inside].min()).log10().item()
    assert (depth_db > 20.0) == resolved, depth_db
