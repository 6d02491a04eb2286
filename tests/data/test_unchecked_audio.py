import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, InputError
from kowairo.data import AudioError, read_audio
from kowairo.data.unchecked_audio import decode_unchecked, mono_samples, stream_audio
from kowairo.testing.tones import tone_voice


@pytest.fixture
def voice():
    return tone_voice(2, 1.5, np.random.default_rng(0))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_a_good_file_gives_what_checked_reading_gives(tmp_path, voice, rate_hz):
    soundfile.write(tmp_path / "a.flac", np.stack([voice, 0.5 * voice], axis=1), rate_hz)
    np.testing.assert_array_equal(
        decode_unchecked(AudioRef(tmp_path / "a.flac")), read_audio(tmp_path / "a.flac")
    )


def test_silent_and_short_files_are_given_too(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(100), 16000)
    assert decode_unchecked(AudioRef(tmp_path / "a.wav")).tolist() == [0.0] * 100


def test_integers_are_scaled_by_their_full_scale():
    assert mono_samples(np.array([-32768, 16384], dtype=np.int16), 16000).tolist() == [-1.0, 0.5]
    assert mono_samples(np.array([-(2**31), 2**30], dtype=np.int32), 16000).tolist() == [-1.0, 0.5]
    assert mono_samples(np.array([0, 128, 192], dtype=np.uint8), 16000).tolist() == [-1.0, 0.0, 0.5]


def test_channels_are_averaged_whichever_axis_they_are_on(voice):
    both = np.stack([voice, 0.5 * voice])
    np.testing.assert_allclose(mono_samples(both, 16000), 0.75 * voice, rtol=1e-6)
    np.testing.assert_array_equal(mono_samples(both.T, 16000), mono_samples(both, 16000))


def test_another_rate_is_resampled(voice):
    assert len(mono_samples(voice, 48000)) == len(voice) // 3


@pytest.mark.parametrize(
    ("samples", "message"),
    [(np.zeros((20, 20, 2)), "got"), (np.zeros((40, 40)), "up to 16 channels"), (np.array([True]), "bool")],
)
def test_other_shapes_and_types_are_refused(samples, message):
    with pytest.raises(InputError, match=message):
        mono_samples(samples, 16000)


def test_a_rate_that_is_none_is_refused(voice):
    with pytest.raises(InputError, match="at least 1000 Hz, got 16"):
        mono_samples(voice, 16)


@pytest.mark.parametrize(("samples", "reason"), [([], "empty"), ([0.0, np.nan], "not_finite")])
def test_what_is_no_audio_is_refused_with_its_reason(samples, reason):
    with pytest.raises(AudioError) as caught:
        mono_samples(np.array(samples), 16000)
    assert caught.value.reason == reason


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_blocks_together_are_the_whole_file(tmp_path, voice, rate_hz):
    soundfile.write(tmp_path / "a.wav", voice, rate_hz)
    ref = AudioRef(tmp_path / "a.wav")
    blocks = list(stream_audio(ref, block_s=0.1))
    assert len(blocks) > 1
    whole = decode_unchecked(ref)
    joined = np.concatenate(blocks)
    assert abs(len(joined) - len(whole)) <= 1
    np.testing.assert_allclose(joined[: len(whole)], whole[: len(joined)], atol=2e-4)


def test_a_file_of_whole_blocks_ends_well(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(3200, 0.25), 16000)
    assert sum(map(len, stream_audio(AudioRef(tmp_path / "a.wav"), block_s=0.1))) == 3200


@pytest.mark.parametrize(("content", "reason"), [(None, "missing"), (b"no audio", "undecodable")])
def test_a_stream_that_cannot_be_is_refused_with_its_reason(tmp_path, content, reason):
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioError) as caught:
        list(stream_audio(AudioRef(tmp_path / "a.wav")))
    assert caught.value.reason == reason


def test_an_empty_stream_says_so(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16000)
    with pytest.raises(AudioError, match="empty"):
        list(stream_audio(AudioRef(tmp_path / "a.wav")))
