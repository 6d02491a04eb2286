import pytest
import torch

from kowairo.models import SpeechBrainFbank


@pytest.fixture(scope="module")
def reference(speechbrain_module):
    return speechbrain_module("lobes.features").Fbank(n_mels=80)


@pytest.mark.parametrize("samples", [640, 1000, 16000, 20011])
@pytest.mark.parametrize("level", [1e-6, 0.1, 3.0])
def test_features_are_within_1e_4_db_of_the_reference(reference, noise, samples, level):
    waveform = noise(1, samples, level=level)
    peak = waveform.abs().max().clamp(min=1.0)
    expected = reference(waveform / peak * 32768.0)
    assert (SpeechBrainFbank()(waveform) - expected).abs().max() <= 1e-4


def test_the_peak_rule_looks_at_one_utterance_only(noise):
    quiet, loud = noise(1, 8000), noise(1, 8000, level=5.0, seed=1)
    front_end = SpeechBrainFbank()
    together = front_end(torch.cat([quiet, loud]))
    torch.testing.assert_close(together[:1], front_end(quiet))


def test_an_utterance_over_full_scale_is_scaled_down_to_it(noise):
    loud = noise(1, 8000, level=5.0)
    front_end = SpeechBrainFbank()
    torch.testing.assert_close(front_end(loud), front_end(loud / loud.abs().max()))


def test_a_quieter_utterance_stays_quieter(noise):
    waveform = noise(1, 8000)
    front_end = SpeechBrainFbank()
    difference = front_end(waveform) - front_end(0.1 * waveform)
    torch.testing.assert_close(difference, torch.full_like(difference, 20.0), rtol=0.0, atol=1e-3)


def test_the_floor_is_80_db_below_the_utterances_own_maximum(noise):
    waveform = noise(1, 16000)
    waveform[:, 8000:] = 0.0
    levels = SpeechBrainFbank()(torch.cat([waveform, 0.01 * waveform]))
    floors = levels.amin(dim=(1, 2)) - levels.amax(dim=(1, 2))
    torch.testing.assert_close(floors, torch.tensor([-80.0, -80.0]))
