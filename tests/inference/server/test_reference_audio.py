import io

import numpy as np
import pytest
import soundfile

from kowairo.data import AudioError
from kowairo.inference.gallery import ReferenceFacts
from kowairo.inference.server.reference_audio import ReferenceAudio, upload_source

TONE = (0.3 * np.sin(np.arange(16000) / 10)).astype(np.float32)


def facts(source, digest="file:00"):
    return ReferenceFacts("声", source, digest, 1.0)


def test_a_kept_upload_is_played_and_forgotten(tmp_path):
    store, one = ReferenceAudio(tmp_path, max_duration_s=60.0), facts(upload_source("a.wav", "file:00"))
    assert not store.has(one)
    store.keep(one.digest, TONE)
    assert store.has(one)
    played, rate = soundfile.read(io.BytesIO(store.wav(one)), dtype="float32")
    assert rate == 16000
    np.testing.assert_allclose(played, TONE, atol=2**-15)
    store.forget(one.digest)
    store.forget(one.digest)
    with pytest.raises(AudioError, match="not kept"):
        store.wav(one)


def test_names_on_disk_are_digests_whatever_the_client_said(tmp_path):
    store = ReferenceAudio(tmp_path / "kept", max_duration_s=60.0)
    store.keep("../../evil", TONE)
    (file,) = tmp_path.rglob("*.wav")
    assert file.parent == tmp_path / "kept"
    assert len(file.stem) == 32


def test_the_name_of_an_upload_is_never_taken_for_a_path(tmp_path):
    soundfile.write(tmp_path / "secret.wav", TONE, 16000)
    one = facts(upload_source(str(tmp_path / "secret.wav"), "file:00"))
    store = ReferenceAudio(None, max_duration_s=60.0)
    assert not store.has(one)
    with pytest.raises(AudioError, match="not kept"):
        store.wav(one)


def test_the_file_that_a_reference_was_enrolled_from_is_decoded_never_sent_as_it_is(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.column_stack([TONE, TONE]), 16000)
    (tmp_path / "notes.txt").write_text("not for strangers")
    store = ReferenceAudio(None, max_duration_s=60.0)
    played = soundfile.read(io.BytesIO(store.wav(facts(str(tmp_path / "a.flac")))), dtype="float32")[0]
    np.testing.assert_allclose(played, TONE, atol=2**-14)
    with pytest.raises(AudioError, match="undecodable"):
        store.wav(facts(str(tmp_path / "notes.txt")))


def test_nothing_is_kept_unless_asked_for():
    store = ReferenceAudio(None, max_duration_s=60.0)
    store.keep("file:00", TONE)
    store.forget("file:00")
    assert not store.has(facts("gone.wav"))
