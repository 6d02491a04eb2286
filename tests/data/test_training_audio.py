import io
import tarfile

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioHashes, AudioRef, Corpus, Speaker, content_hash
from kowairo.data import AudioStore, read_audio
from kowairo.data._pcm import to_int16
from kowairo.data.training_audio import audio_hashes, hash_audio, record_training


@pytest.fixture
def wav(tmp_path):
    return write(tmp_path / "a.wav", seed=0)


def write(path, *, seed, rate_hz=16000, **options):
    noise = 0.1 * np.random.default_rng(seed).standard_normal(rate_hz)
    soundfile.write(path, noise, rate_hz, subtype="PCM_16", **options)
    return path


@pytest.fixture
def corpus(tmp_path):
    names = {"u0": "rin", "u1": "ran", "u2": "rin"}
    audio = {utt: AudioRef(write(tmp_path / f"{utt}.wav", seed=n)) for n, utt in enumerate(names)}
    return Corpus(audio, names, {}, {"spk2corpus": {"rin": "novel"}})


def test_the_hashes_are_those_of_bytes_and_of_16_bit_samples(wav):
    codes = soundfile.read(wav, dtype="int16")[0]
    content = len(codes).to_bytes(8, "little") + codes[::8].tobytes()
    assert audio_hashes(AudioRef(wav)) == (content_hash(wav.read_bytes()), content_hash(content))


def test_a_lossless_copy_has_the_same_samples_and_other_bytes(wav, tmp_path):
    samples, rate_hz = soundfile.read(wav)
    soundfile.write(tmp_path / "a.flac", samples, rate_hz)
    original, copy = (audio_hashes(AudioRef(path)) for path in (wav, tmp_path / "a.flac"))
    assert original.samples == copy.samples
    assert original.file != copy.file


def test_a_member_of_an_archive_is_its_bytes(wav, tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo("x/a.wav")
        info.size = wav.stat().st_size
        tar.addfile(info, io.BytesIO(wav.read_bytes()))
    assert audio_hashes(AudioRef(tmp_path / "a.tar", "x/a.wav")) == audio_hashes(AudioRef(wav))


def test_samples_that_are_known_are_not_decoded_again(wav):
    ref = AudioRef(wav)
    assert audio_hashes(ref, read_audio(ref)) == audio_hashes(ref)
    assert audio_hashes(ref, np.zeros(10, np.float32)).samples == content_hash(b"\n" + bytes(11))


def test_samples_beyond_full_scale_are_those_of_the_packed_store():
    samples = 1.7 * np.random.default_rng(0).standard_normal(5001).astype(np.float32)
    packed = to_int16(samples).astype(np.float32) / 32768
    assert audio_hashes(None, samples) == audio_hashes(None, packed)


def test_one_sample_more_is_another_recording():
    samples = np.linspace(-0.5, 0.5, 800, dtype=np.float32)
    assert audio_hashes(None, samples) != audio_hashes(None, samples[:-1])


def test_what_cannot_be_decoded_still_has_bytes(tmp_path):
    (tmp_path / "no.wav").write_bytes(b"nothing")
    assert audio_hashes(AudioRef(tmp_path / "no.wav")) == (content_hash(b"nothing"), None)
    assert audio_hashes(AudioRef(tmp_path / "absent.wav")) == (None, None)
    assert audio_hashes(AudioRef(tmp_path / "absent.tar", "x")) == (None, None)


def test_packed_audio_gives_the_hashes_of_the_files(corpus, tmp_path):
    store = AudioStore.build(corpus, tmp_path / "store", speeds=(1.0, 0.9))
    assert dict(hash_audio(corpus.audio.items(), store=store)) == dict(hash_audio(corpus.audio.items()))


def test_a_record_holds_every_recording_and_speaker(corpus):
    record = record_training([corpus.subset(["u0"]), corpus.subset(["u1"])], unrecorded=["campplus"])
    known = {utt: record.has_audio(hashes) for utt, hashes in hash_audio(corpus.audio.items())}
    assert known == {"u0": True, "u1": True, "u2": False}
    assert record.speakers == [Speaker("", "ran"), Speaker("novel", "rin")]
    assert record.unrecorded == ("campplus",)


def test_equal_recordings_count_once(corpus):
    record = record_training([corpus, corpus])
    assert (record.num_utterances, record.num_speakers) == (3, 2)
    assert not record.has_audio(AudioHashes(0, 0))
