import io
import zipfile

import numpy as np
import pytest

from kowairo.core import AudioRef, content_hash
from kowairo.data import AudioError, audio_hashes
from kowairo.inference.server.uploads import display_name, read_upload


def read(content, **options):
    return read_upload(content, "x.wav", **{"max_duration_s": 60.0} | options)


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("AIFF", "PCM_16")],
)
def test_every_usual_kind_is_read(wav, kind, subtype):
    assert len(read(wav(kind=kind, subtype=subtype)).samples) == pytest.approx(16000, abs=400)


def test_mp3_is_read(wav):
    assert len(read(wav(kind="MP3", subtype="MPEG_LAYER_III")).samples) == pytest.approx(16000, abs=2000)


def test_the_digest_is_that_of_the_same_file_on_disk(wav, tmp_path):
    content = wav()
    (tmp_path / "a.wav").write_bytes(content)
    assert read(content).digest == f"file:{audio_hashes(AudioRef(tmp_path / 'a.wav')).file:016x}"
    assert read(content).digest == f"file:{content_hash(content):016x}"


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../etc/passwd", "x" * 10_000)
    return buffer.getvalue()


def test_what_is_no_audio_is_refused(wav):
    noise = np.random.default_rng(0).bytes(50_000)
    whole = wav()
    for content in (noise, zipped(), b"RIFF" + noise, b"OggS" + noise, b"ID3" + noise, whole[:20]):
        with pytest.raises(AudioError) as caught:
            read(content)
        assert caught.value.reason in ("undecodable", "empty", "not_finite")
    with pytest.raises(AudioError, match="empty"):
        read(b"")


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "FLAC"])
def test_a_file_that_is_cut_off_is_refused_unless_it_is_wanted(wav, kind):
    content = wav(kind=kind, duration_s=3.0)
    cut = content[: 2 * len(content) // 3]
    with pytest.raises(AudioError, match="cut off"):
        read(cut)
    assert len(read(cut, accept_cut=True).samples) > 16000


def test_an_ogg_file_that_is_cut_anywhere_is_refused(wav):
    content = wav(kind="OGG", subtype="VORBIS", duration_s=3.0)
    assert len(read(content).samples) == pytest.approx(48_000, abs=10)
    for share in (0.3, 0.5, 0.7, 0.9, 0.99):
        with pytest.raises(AudioError) as caught:
            read(content[: int(share * len(content))])
        assert caught.value.reason in ("undecodable", "empty")


def test_samples_that_are_no_numbers_are_refused(wav):
    samples = np.full(16000, 0.1, dtype=np.float32)
    samples[100] = np.nan
    with pytest.raises(AudioError, match="not_finite"):
        read(wav(samples=samples, subtype="FLOAT"))


def test_a_long_file_is_refused_by_its_header(wav):
    with pytest.raises(AudioError, match="too_long"):
        read(wav(samples=np.zeros(16000 * 61, dtype=np.float32), kind="FLAC"))


def test_many_channels_and_rates_beyond_all_ears_are_refused(wav):
    with pytest.raises(AudioError, match="channels"):
        read(wav(samples=np.zeros((8000, 16), dtype=np.float32)))
    with pytest.raises(AudioError, match="channels"):
        read(wav(samples=np.zeros((8000, 2), dtype=np.float32), rate=600_000))


def test_names_lose_folders_and_control_characters():
    assert display_name("../../etc/passwd") == "passwd"
    assert display_name("C:\\voices\\日向.wav") == "日向.wav"
    assert display_name("a\x00b\r\nc\u202e.wav") == "abc.wav"
    assert display_name("/") == display_name(None) == "recording"
    assert len(display_name("x" * 1000)) == 120


def outcome(content):
    """`read`, or the reason why not; any other error is one of the test."""
    try:
        return "read" if np.isfinite(read(content, accept_cut=True).samples).all() else "bad"
    except AudioError as error:
        return error.reason


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")],
)
def test_random_damage_has_a_reason_or_none(wav, kind, subtype):
    rng, content = np.random.default_rng(1), wav(kind=kind, subtype=subtype)
    found = set()
    for _ in range(10):
        damaged = bytearray(content)
        for place in rng.integers(0, min(len(damaged), 400), 8):
            damaged[place] = rng.integers(256)
        found.add(outcome(bytes(damaged)))
    assert found <= {"read", "undecodable", "empty", "too_long", "not_finite", "silent", "clipped"}
