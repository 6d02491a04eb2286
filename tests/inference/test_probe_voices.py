import numpy as np
import torch

from kowairo.inference.probe_voices import probe_voices


def test_they_are_the_same_on_every_call_and_differ_from_each_other():
    first, second = probe_voices(), probe_voices()
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert len({tuple(voice[:4000:100].tolist()) for voice in first}) == 12


def test_they_are_sound_within_the_range_of_samples():
    for voice in probe_voices():
        assert voice.dtype == torch.float32
        assert voice.abs().max() <= 1.0
        assert voice.std() > 0.002


def test_voices_rise_from_a_low_one_to_a_childs():
    pitches_hz = []
    for voice in probe_voices():
        spectrum = np.abs(np.fft.rfft(voice.numpy()))
        autocorrelation = np.fft.irfft(spectrum**2)[: len(voice) // 2]
        pitches_hz.append(16000 / (32 + int(np.argmax(autocorrelation[32:250]))))
    assert 70 < pitches_hz[0] < 110
    assert 250 < pitches_hz[-1] < 450
