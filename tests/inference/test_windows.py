import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.inference import windows
from kowairo.inference.windows import audio_windows

RATE = 16000


def ramp(seconds):
    """Samples that say where they were: sample i is i / 10^6."""
    return (np.arange(round(seconds * RATE)) / 1e6).astype(np.float32)


def windows_of(samples, **lengths):
    return list(audio_windows((samples, RATE), **lengths))


def test_windows_start_every_hop_and_the_last_ends_with_the_recording():
    found = windows_of(ramp(5.2), window_s=2.0, hop_s=1.0)
    assert [start for start, _ in found] == pytest.approx([0.0, 1.0, 2.0, 3.0, 3.2])
    for start, samples in found:
        np.testing.assert_array_equal(samples, ramp(5.2)[round(start * RATE) :][: 2 * RATE])


def test_a_recording_of_whole_windows_has_no_window_twice():
    assert [start for start, _ in windows_of(ramp(4), window_s=2.0, hop_s=1.0)] == [0.0, 1.0, 2.0]


def test_a_recording_shorter_than_a_window_is_one():
    ((start, samples),) = windows_of(ramp(0.7), window_s=2.0, hop_s=1.0)
    assert (start, len(samples)) == (0.0, round(0.7 * RATE))


def test_windows_may_have_gaps():
    assert [start for start, _ in windows_of(ramp(7), window_s=1.0, hop_s=3.0)] == [0.0, 3.0, 6.0]


@pytest.mark.parametrize("block_s", [0.05, 0.3, 100.0])
@pytest.mark.parametrize("hop_s", [0.4, 1.0, 1.7])
def test_a_file_gives_the_windows_of_its_samples(tmp_path, monkeypatch, block_s, hop_s):
    soundfile.write(tmp_path / "a.wav", ramp(3.3), RATE, subtype="FLOAT")
    stream = windows.stream_audio
    monkeypatch.setattr(windows, "stream_audio", lambda ref: stream(ref, block_s=block_s))
    from_file = list(audio_windows(tmp_path / "a.wav", window_s=1.0, hop_s=hop_s))
    from_samples = windows_of(ramp(3.3), window_s=1.0, hop_s=hop_s)
    assert [start for start, _ in from_file] == [start for start, _ in from_samples]
    for (_, left), (_, right) in zip(from_file, from_samples, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("lengths", [{"window_s": 0.0, "hop_s": 1.0}, {"window_s": 1.0, "hop_s": -1.0}])
def test_windows_of_no_length_are_refused(lengths):
    with pytest.raises(InputError, match="expected a positive window and hop"):
        windows_of(ramp(1), **lengths)
