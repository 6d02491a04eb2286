"""Tests of audio reading: formats, rates, and every way in which a file can be unusable."""

import io
import pickle
import tarfile

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef
from kowairo.data.audio import REASONS, AudioError, check_audio, decode_audio, decode_bytes, read_audio

RATE_HZ = 16000


def tone(seconds: float = 1.0, rate_hz: int = RATE_HZ, frequency_hz: float = 440.0) -> np.ndarray:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.4 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def encoded(samples: np.ndarray, rate_hz: int, container: str, subtype: str | None = None) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate_hz, format=container, subtype=subtype)
    return buffer.getvalue()


def reason_of(path) -> str:
    with pytest.raises(AudioError) as caught:
        read_audio(path)
    assert caught.value.reason in REASONS
    assert str(path) in str(caught.value)
    return caught.value.reason


def test_a_16_bit_wav_at_16_khz_is_read_bit_for_bit(tmp_path):
    codes = np.random.default_rng(0).integers(-3000, 3000, 9000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", codes, RATE_HZ)
    samples = read_audio(tmp_path / "a.wav")
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, codes / np.float32(32768))


@pytest.mark.parametrize(
    ("name", "container", "subtype", "rate_hz"),
    [
        ("a.wav", "WAV", "PCM_24", 44100),
        ("a.flac", "FLAC", "PCM_16", 48000),
        ("a.ogg", "OGG", "VORBIS", 22050),
        ("a.opus", "OGG", "OPUS", 48000),
        ("a.mp3", "MP3", None, 8000),
    ],
)
def test_formats_and_rates_come_out_as_the_same_tone(tmp_path, name, container, subtype, rate_hz):
    (tmp_path / name).write_bytes(encoded(tone(1.0, rate_hz), rate_hz, container, subtype))
    samples = read_audio(tmp_path / name)
    assert abs(len(samples) - RATE_HZ) < 0.15 * RATE_HZ
    middle = samples[4000:12000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(8000)))
    assert abs(spectrum.argmax() * RATE_HZ / 8000 - 440) < 4
    assert np.abs(middle).max() == pytest.approx(0.4, abs=0.05)


def test_channels_are_averaged(tmp_path):
    left, right = tone(), tone(frequency_hz=700.0)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), RATE_HZ, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav"), (left + right) / 2, atol=1e-7)


def test_a_member_of_a_tar_archive_is_read(tmp_path):
    content = encoded(tone(), RATE_HZ, "FLAC")
    with tarfile.open(tmp_path / "all.tar", "w") as tar:
        member = tarfile.TarInfo("雪菜/001 a.flac")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    direct = read_audio(AudioRef(tmp_path / "all.tar", "雪菜/001 a.flac"))
    by_name = read_audio(f"{tmp_path}/all.tar#雪菜/001 a.flac")
    np.testing.assert_array_equal(direct, by_name)
    assert len(direct) == RATE_HZ
    assert reason_of(AudioRef(tmp_path / "all.tar", "none.flac")) == "missing"
    assert reason_of(AudioRef(tmp_path / "none.tar", "none.flac")) == "missing"


def test_a_broken_archive_is_undecodable(tmp_path):
    (tmp_path / "a.tar").write_bytes(b"this is no archive" * 100)
    assert reason_of(AudioRef(tmp_path / "a.tar", "x.wav")) == "undecodable"


def test_missing_empty_and_text_files_have_their_reasons(tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("これは音声ではない\n" * 50, encoding="utf-8")
    (tmp_path / "header.wav").write_bytes(encoded(np.zeros(0, np.float32), RATE_HZ, "WAV"))
    (tmp_path / "folder.wav").mkdir()
    assert reason_of(tmp_path / "none.wav") == "missing"
    assert reason_of(tmp_path / "empty.wav") == "empty"
    assert reason_of(tmp_path / "header.wav") == "empty"
    assert reason_of(tmp_path / "text.wav") == "undecodable"
    assert reason_of(tmp_path / "folder.wav") == "undecodable"


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(RATE_HZ, np.float32), "silent"),
        (np.full(RATE_HZ, 0.3, np.float32), "silent"),
        (np.where(np.arange(RATE_HZ) == 77, np.nan, tone()).astype(np.float32), "not_finite"),
        (np.where(np.arange(RATE_HZ) == 77, np.inf, tone()).astype(np.float32), "not_finite"),
        (tone(0.4), "too_short"),
        (np.clip(50 * tone(), -1, 1), "clipped"),
    ],
)
def test_unusable_samples_have_their_reasons(tmp_path, samples, reason):
    soundfile.write(tmp_path / "a.wav", samples, RATE_HZ, subtype="FLOAT")
    assert reason_of(tmp_path / "a.wav") == reason


def test_too_long_audio_is_refused_by_its_header(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(3.0), RATE_HZ)
    with pytest.raises(AudioError, match=r"too_long: 3\.0 s > 2 s"):
        read_audio(tmp_path / "a.wav", max_duration_s=2.0)


def test_half_a_second_passes_and_one_sample_less_does_not():
    check_audio(tone(0.5), RATE_HZ)
    with pytest.raises(AudioError, match="too_short"):
        check_audio(tone(0.5)[:-1], RATE_HZ)


def test_a_far_breath_is_not_silent():
    breath = 10 ** (-55 / 20) * np.random.default_rng(0).standard_normal(RATE_HZ)
    check_audio(breath.astype(np.float32), RATE_HZ)


def test_a_loud_laugh_with_some_clipping_passes():
    laugh = np.clip(2.0 * np.random.default_rng(0).standard_normal(RATE_HZ) * tone(), -1, 1)
    check_audio(laugh.astype(np.float32), RATE_HZ)


@pytest.mark.parametrize(("container", "subtype"), [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None)])
def test_a_cut_file_is_used_as_far_as_it_goes_and_said_to_be_cut(tmp_path, container, subtype):
    noise = 0.1 * np.random.default_rng(0).standard_normal(6 * RATE_HZ)
    content = encoded(noise, RATE_HZ, container, subtype)
    (tmp_path / "whole").write_bytes(content)
    (tmp_path / "cut").write_bytes(content[: len(content) * 6 // 10])
    assert not decode_audio(tmp_path / "whole").truncated
    cut = decode_audio(tmp_path / "cut")
    assert cut.truncated
    assert 0.5 <= cut.duration_s < 5


def test_a_cut_flac_is_used_as_far_as_it_goes(tmp_path):
    noise = 0.1 * np.random.default_rng(0).standard_normal(3 * RATE_HZ)
    content = encoded(noise, RATE_HZ, "FLAC", "PCM_16")
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    cut = decode_audio(tmp_path / "cut.flac")
    assert "lost sync" in cut.truncated
    np.testing.assert_allclose(cut.samples, noise[: len(cut.samples)], atol=2e-5)


@pytest.mark.parametrize("share", [0.02, 0.15])
def test_an_ogg_cut_to_almost_nothing_is_undecodable(tmp_path, share):
    content = encoded(0.1 * np.random.default_rng(0).standard_normal(2 * RATE_HZ), RATE_HZ, "OGG", "VORBIS")
    (tmp_path / "cut.ogg").write_bytes(content[: int(len(content) * share)])
    assert reason_of(tmp_path / "cut.ogg") == "undecodable"


def test_a_file_in_memory_reads_as_one_on_disk(tmp_path):
    content = encoded(0.1 * np.random.default_rng(0).standard_normal((8000, 2)), 8000, "OGG", "VORBIS")
    (tmp_path / "a.ogg").write_bytes(content)
    np.testing.assert_array_equal(decode_bytes(content, source="a").samples, read_audio(tmp_path / "a.ogg"))
    with pytest.raises(AudioError, match="a: empty: 0 bytes"):
        decode_bytes(b"", source="a")
    with pytest.raises(AudioError, match="a: too_short"):
        decode_bytes(content, source="a", min_duration_s=2.0)


def test_the_error_survives_a_process_border(tmp_path):
    error = AudioError("silent", "peak 0", str(tmp_path))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.reason) == (str(error), "silent")
