import base64
from io import BytesIO

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef
from kowairo.report.clips import cut_clips, encode_opus, excerpt, make_clips


def tone(seconds):
    return (0.3 * np.sin(2 * np.pi * 220 * np.arange(int(seconds * 16000)) / 16000)).astype(np.float32)


def test_a_clip_is_ogg_opus_of_the_same_length():
    content = encode_opus(tone(0.5))
    info = soundfile.info(BytesIO(content))
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("OGG", "OPUS", 16000, 1)
    assert abs(info.frames - 8000) <= 320


def test_a_second_of_speech_takes_about_three_kilobytes():
    assert len(encode_opus(tone(1.0))) < 6000


def test_a_long_line_is_cut_and_faded_out():
    samples = tone(2.0)
    kept = excerpt(samples, max_seconds=1.0)
    assert len(kept) == 16000
    assert kept[-1] == 0.0
    assert samples[15999] != 0.0


def test_silence_stays_silent():
    assert not excerpt(np.zeros(100, dtype=np.float32), max_seconds=1.0).any()


def test_clips_peak_at_one_level():
    np.testing.assert_allclose(np.abs(excerpt(0.01 * tone(0.3), max_seconds=1.0)).max(), 0.7, rtol=1e-6)


def test_unreadable_lines_are_left_out(tmp_path, caplog):
    soundfile.write(tmp_path / "a.wav", tone(0.6), 16000)
    (tmp_path / "b.wav").write_text("no sound")
    audio = {name: AudioRef(tmp_path / f"{name}.wav") for name in ("a", "b", "gone")}
    clips = make_clips(["a", "b", "gone", "unknown"], audio)
    assert list(clips) == ["a"]
    assert base64.b64decode(clips["a"].partition(",")[2]).startswith(b"OggS")
    assert "2 of 3 clips" in caplog.text


def test_stretches_of_a_long_recording_are_cut_across_its_blocks(tmp_path):
    time = np.arange(70 * 16000) / 16000
    soundfile.write(tmp_path / "long.wav", np.where(time < 29, 0.0, 0.5 * np.sin(2000 * time)), 16000)
    clips = cut_clips(AudioRef(tmp_path / "long.wav"), [(28.0, 31.0), (40.0, 69.0)], max_seconds=4.0)
    seconds = []
    for clip in clips:
        samples, rate = soundfile.read(BytesIO(base64.b64decode(clip.partition(",")[2])))
        seconds.append(len(samples) / rate)
    assert seconds == pytest.approx([3.0, 4.0], abs=0.1)


def test_without_stretches_a_recording_is_not_read(tmp_path):
    assert cut_clips(AudioRef(tmp_path / "none.wav"), []) == []
