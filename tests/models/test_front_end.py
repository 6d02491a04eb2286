import pytest
import torch

from kowairo.models import FrontEnd, NormalizedFbank, SpeechBrainFbank


@pytest.mark.parametrize("frames", [1, 2, 5, 100])
@pytest.mark.parametrize("hop_s", [0.010, 0.020])
def test_min_samples_is_the_least_number_that_gives_the_frames(frames, hop_s):
    front_end = NormalizedFbank(hop_s=hop_s)
    least = front_end.min_samples(frames)
    assert front_end.num_frames(least) >= frames
    assert least == 1 or front_end.num_frames(least - 1) < frames


def test_features_are_float32_under_autocast():
    waveform = torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    front_end = SpeechBrainFbank()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = front_end(waveform)
    assert torch.equal(inside, front_end(waveform))


def test_double_precision_waveforms_are_accepted():
    waveform = torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    front_end = SpeechBrainFbank()
    assert torch.equal(front_end(waveform.double()), front_end(waveform))


def test_a_front_end_must_say_how_many_features_it_gives():
    with pytest.raises(TypeError, match="num_features"):
        FrontEnd()
