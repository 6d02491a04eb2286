import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.models import ge2e_front_end
from kowairo.models.ge2e_front_end import Ge2eMel, num_parts, raise_level, slaney_mel_filters, trim_silences


def example():
    """A gliding tone with noise, and a second of near silence in its middle: 3.25 s."""
    n = np.arange(52000)
    t = n / 16000
    tone = 0.2 * np.sin(2 * np.pi * (150 * t + 20 * np.sin(6 * np.pi * t))) * (1 + np.sin(8 * np.pi * t))
    samples = (tone + 0.02 * ((n * n * 7919) % 1009 / 1009 - 0.5)).astype(np.float32)
    samples[20000:36000] *= 0.001
    return samples


def test_mel_energies_are_those_of_resemblyzer():
    mel = Ge2eMel()(torch.from_numpy(example()).unsqueeze(0))[0].numpy()
    # Every 8th of frames 10 and 100, from Resemblyzer 0.1.4 with librosa 0.11.
    expected = [8.2021866, 3.7159112e-05, 2.3993723e-04, 9.7113363e-05, 2.3421147e-04]
    np.testing.assert_allclose(mel[10, ::8], expected, rtol=1e-4)
    expected = [1.6917386e-04, 2.4250145e-03, 3.8742637e-05, 1.5387211e-04, 1.1348756e-04]
    np.testing.assert_allclose(mel[100, ::8], expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("samples", "parts"),
    # From Resemblyzer's compute_partial_slices at rate 1.3 and coverage 0.75.
    [(1000, 1), (20000, 1), (25600, 1), (30000, 1), (40000, 2), (44800, 3), (52000, 3), (90000, 6)],
)
def test_an_utterance_is_cut_into_as_many_parts_as_by_resemblyzer(samples, parts):
    assert num_parts(samples) == parts
    assert Ge2eMel().num_frames(samples) == 77 * (parts - 1) + 160


@pytest.mark.parametrize("samples", [1, 399, 25600, 30000, 44800])
def test_frames_are_as_many_as_announced(samples):
    front_end = Ge2eMel()
    features = front_end(torch.full((2, samples), 0.1))
    assert features.shape == (2, front_end.num_frames(samples), 40)


def test_filters_have_unit_area():
    filters = slaney_mel_filters(40, num_bins=4001).numpy()
    np.testing.assert_allclose(filters.sum(axis=0) * 2.0, 1.0, rtol=1e-3)


def test_filters_are_evenly_spaced_below_one_kilohertz():
    peaks = slaney_mel_filters(40, num_bins=8001).argmax(dim=0)[:9].double()
    assert (peaks.diff() - peaks.diff().mean()).abs().max() <= 1.0


def test_quiet_samples_are_raised_to_thirty_decibels_and_loud_ones_stay():
    quiet = raise_level(np.full(100, 0.001, dtype=np.float32))
    assert 20 * np.log10(np.sqrt(np.mean(quiet**2))) == pytest.approx(-30.0, abs=1e-4)
    loud = np.full(100, 0.5, dtype=np.float32)
    assert raise_level(loud) is loud
    assert not raise_level(np.zeros(100, dtype=np.float32)).any()


def test_a_long_silence_is_cut_out_as_by_resemblyzer():
    pytest.importorskip("webrtcvad")
    # preprocess_wav leaves 35040 of the 52000 samples.
    assert len(trim_silences(raise_level(example()))) == 35040


def test_where_nothing_is_speech_everything_stays():
    pytest.importorskip("webrtcvad")
    assert len(trim_silences(np.zeros(4800, dtype=np.float32))) == 4800
    assert len(trim_silences(np.zeros(100, dtype=np.float32))) == 100


def test_without_the_detector_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(ge2e_front_end, "_VAD", "no_such_package_here")
    with pytest.raises(InputError, match="pip install webrtcvad-wheels"):
        trim_silences(np.zeros(4800, dtype=np.float32))
