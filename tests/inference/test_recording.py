from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef
from kowairo.data import AudioError
from kowairo.inference.recording import read_recording, recording_file, recording_name


def test_a_file_may_be_text_a_path_or_a_reference():
    expected = AudioRef(Path("a/b.wav"))
    assert [recording_file(form) for form in ("a/b.wav", Path("a/b.wav"), expected)] == [expected] * 3


def test_text_may_name_a_member_of_an_archive():
    assert recording_file("voices.tar#x/1.ogg") == AudioRef(Path("voices.tar"), "x/1.ogg")
    assert recording_name("voices.tar#x/1.ogg") == "voices.tar#x/1.ogg"


def test_samples_have_no_name_of_their_own():
    assert recording_name((np.zeros(3), 16000)) == "samples"


def test_files_and_samples_give_the_same(tmp_path):
    samples = np.linspace(-0.5, 0.5, 1000).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    from_file = read_recording(tmp_path / "a.wav", max_duration_s=10.0)
    np.testing.assert_array_equal(from_file, read_recording((samples, 16000), max_duration_s=10.0))


def test_a_file_that_is_too_long_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(32000), 16000)
    with pytest.raises(AudioError, match="too_long"):
        read_recording(tmp_path / "a.wav", max_duration_s=1.0)
