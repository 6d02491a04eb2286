import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, EmbeddingSet, InputError
from kowairo.data.importers import CharacterFolder
from kowairo.inference import SpeakerEmbedder
from kowairo.inference.gallery import Gallery, GalleryEncoder
from kowairo.inference.gallery.enrollment import VoiceLine, enroll, enroll_embeddings, voice_lines

RATE_HZ = 16000


def voice_like(seed, seconds=1.0):
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch = 100 + 20 * (seed % 10)
    tone = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 8))
    gate = (np.sin(2 * np.pi * 3 * time) > -0.5).astype(float)
    return (0.1 * tone * gate + 0.001 * rng.standard_normal(len(time))).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    """Folder per character: 葵 with 3 lines, 日向 with 2, and four files that cannot be used."""
    root = tmp_path / "voices"
    for seed, (name, lines) in enumerate({"葵": 3, "日向": 2}.items()):
        (root / name).mkdir(parents=True)
        for line in range(lines):
            soundfile.write(root / name / f"{line}.wav", voice_like(10 * seed + line), RATE_HZ)
    soundfile.write(root / "葵" / "short.wav", voice_like(0, 0.2), RATE_HZ)
    soundfile.write(root / "葵" / "silent.wav", np.zeros(RATE_HZ), RATE_HZ)
    (root / "日向" / "broken.ogg").write_bytes(b"no audio")
    (root / "???").mkdir()
    soundfile.write(root / "???" / "x.wav", voice_like(99), RATE_HZ)
    return root


@pytest.fixture
def embedder(checkpoint):
    return SpeakerEmbedder.from_pretrained(checkpoint)


@pytest.fixture
def empty(tmp_path, embedder):
    return Gallery.create(tmp_path / "g", GalleryEncoder("tiny", embedder.digest, 8))


def counts_of(gallery):
    return {voice.name: voice.num_references for voice in gallery.voices()}


def test_a_folder_per_character_is_enrolled_and_bad_files_are_counted(empty, folder, embedder):
    summary = enroll(empty, voice_lines(CharacterFolder(folder)), embedder, batch_size=3)
    assert counts_of(empty) == {"葵": 3, "日向": 2}
    assert (summary.num_added, summary.voices) == (5, {"葵", "日向"})
    assert summary.reasons == {"unknown_speaker": 1, "too_short": 1, "silent": 1, "undecodable": 1}
    sources = {one.source for one in summary.skipped if one.reason == "silent"}
    assert sources == {str(folder / "葵" / "silent.wav")}


def test_what_is_there_is_not_embedded_again(empty, folder, embedder, monkeypatch):
    lines = list(voice_lines(CharacterFolder(folder)))
    enroll(empty, lines[:3], embedder)
    asked = []
    embed_each = embedder.embed_each
    monkeypatch.setattr(
        embedder, "embed_each", lambda refs, workers: asked.extend(refs) or embed_each(refs, workers=workers)
    )
    summary = enroll(empty, lines, embedder)
    assert (summary.num_known, summary.num_added, summary.voices) == (2, 3, {"葵", "日向"})
    names = [ref.path.name for ref in asked]
    assert names == ["broken.ogg", "0.wav", "1.wav", "2.wav", "short.wav", "silent.wav"]


def test_a_recording_may_be_of_two_voices_but_only_once_of_each(empty, folder, embedder):
    ref = AudioRef(folder / "葵" / "0.wav")
    summary = enroll(empty, [VoiceLine("a", ref), VoiceLine("a", ref), VoiceLine("b", ref)], embedder)
    assert (summary.num_added, summary.num_known, counts_of(empty)) == (2, 1, {"a": 1, "b": 1})


def test_vectors_keep_the_length_that_the_encoder_gave_them(empty, folder, embedder):
    enroll(empty, [VoiceLine("a", AudioRef(folder / "葵" / "0.wav"))], embedder)
    expected = embedder.embed(folder / "葵" / "0.wav")
    (_, vectors), *_ = empty._table.vectors()
    np.testing.assert_allclose(vectors[0], expected.vector * expected.magnitude, rtol=1e-6)


def test_another_encoder_is_refused_before_the_work(tmp_path, folder, embedder):
    other = Gallery.create(tmp_path / "other", GalleryEncoder("other", "b" * 64, 8))
    with pytest.raises(InputError, match="of the encoder other"):
        enroll(other, [VoiceLine("a", AudioRef(folder / "葵" / "0.wav"))], embedder)


def test_titles_keep_characters_of_one_name_apart(tmp_path):
    for title in ("One", "Two"):
        (tmp_path / title / "葵").mkdir(parents=True)
        soundfile.write(tmp_path / title / "葵" / "0.wav", voice_like(0), RATE_HZ)
    assert [line.voice for line in voice_lines(CharacterFolder(tmp_path, depth=2))] == ["One/葵", "Two/葵"]


def embedding_set(digest):
    vectors = np.random.default_rng(0).standard_normal((5, 8)).astype(np.float32)
    vectors[3] = 0.0
    return EmbeddingSet(
        vectors, [f"u{row}" for row in range(5)], {"encoder_sha256": digest} if digest else {}
    )


def test_vectors_of_an_embedding_set_are_enrolled(empty, embedder):
    voices = {"u0": "a", "u1": "a", "u2": "b", "u3": "b"}
    given = embedding_set(embedder.digest)
    summary = enroll_embeddings(empty, given, voices, sources={"u0": "x.wav"}, batch_size=2)
    assert counts_of(empty) == {"a": 2, "b": 1}
    assert summary.reasons == {"not_finite": 1, "unknown_speaker": 1}
    assert [one.source for one in empty.references("a")] == ["u1", "x.wav"]
    assert enroll_embeddings(empty, given, voices).num_known == 3


@pytest.mark.parametrize(("digest", "message"), [("c" * 64, "another one"), (None, "does not say")])
def test_an_embedding_set_of_another_encoder_is_refused(empty, digest, message):
    with pytest.raises(InputError, match=message):
        enroll_embeddings(empty, embedding_set(digest), {"u0": "a"})
