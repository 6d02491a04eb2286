import itertools
import shutil
import threading

import numpy as np
import pytest
import soundfile
import torch

from kowairo.core import InputError, encoder_folders, file_digest, write_json
from kowairo.data import AudioError
from kowairo.inference import embed_file, open_encoder
from kowairo.inference.embedding_statistics import EmbeddingStatistics
from kowairo.inference.quality import QualityBar, QualityError
from kowairo.inference.speaker_embedder import SpeakerEmbedder, mean_vector
from kowairo.models import MfccStatistics, hub
from kowairo.testing.tones import tone_voice

RATE = 16000


@pytest.fixture(scope="module")
def embedder(checkpoint):
    return SpeakerEmbedder.from_pretrained(checkpoint)


@pytest.fixture(scope="module")
def lines(corpus):
    return [corpus.audio[utt] for utt in corpus.utts]


def voice(seconds=1.0, speaker=1):
    return tone_voice(speaker, seconds, np.random.default_rng(0))


def test_a_file_becomes_a_unit_vector_in_the_direction_of_its_embedding(embedder, checkpoint, lines):
    found = embedder.embed(lines[0])
    expected = embed_file(lines[0], open_encoder(checkpoint).encoder)
    np.testing.assert_allclose(found.magnitude * found.vector, expected, rtol=1e-5, atol=1e-5)
    assert np.linalg.norm(found.vector) == pytest.approx(1.0, abs=1e-6)
    assert found.source == str(lines[0])


def test_quality_lies_beside_the_embedding(embedder, lines):
    found = embedder.embed(lines[0])
    assert found.end_s == found.quality.duration_s
    assert found.quality.voiced_share > 0.9


def test_every_form_of_a_recording_gives_the_same(embedder, lines):
    samples, rate = soundfile.read(lines[0].path, dtype="float32")
    forms = [lines[0], lines[0].path, str(lines[0]), (samples, rate), (samples[:, None], rate)]
    vectors = [embedder.embed(form).vector for form in forms]
    np.testing.assert_allclose(vectors, [vectors[0]] * len(forms), atol=1e-6)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_list_gives_a_list_in_its_order(embedder, lines, workers):
    found = embedder.embed(lines, workers=workers)
    assert [one.source for one in found] == [str(line) for line in lines]
    np.testing.assert_allclose(found[3].vector, embedder.embed(lines[3]).vector, atol=1e-6)


@pytest.mark.parametrize(("workers", "ahead"), [(1, 0), (2, 2)])
def test_an_iterator_is_read_no_further_than_its_results_are_taken(embedder, workers, ahead):
    read = itertools.count()
    endless = ((voice(0.6), RATE) for _ in read)
    found = embedder.embed(endless, workers=workers)
    for _ in range(5):
        next(found)
    found.close() if hasattr(found, "close") else None
    assert next(read) <= 5 + ahead + 1


def test_workers_leave_the_number_of_threads_as_it_was(embedder, lines):
    before = torch.get_num_threads()
    embedder.embed(lines[:3], workers=2)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(RATE), "silent"),
        (voice(0.3), "too_short"),
        (np.sign(voice() + 1e-9), "clipped"),
        (0.001 * np.random.default_rng(0).standard_normal(2 * RATE), "silent"),
    ],
)
def test_a_recording_below_the_bar_is_refused_unless_asked_otherwise(embedder, checkpoint, samples, reason):
    with pytest.raises(QualityError) as caught:
        embedder.embed((samples, RATE))
    assert caught.value.reason == reason
    lenient = SpeakerEmbedder.from_pretrained(checkpoint, bar=None)
    assert lenient.embed((samples, RATE)).vector.shape == (8,)


def test_another_bar_can_be_set(checkpoint):
    strict = SpeakerEmbedder.from_pretrained(checkpoint, bar=QualityBar(min_duration_s=2.0))
    with pytest.raises(QualityError, match="at least 2 s"):
        strict.embed((voice(1.5), RATE))


def test_a_breath_is_embedded(embedder):
    breath = 0.05 * np.random.default_rng(0).standard_normal(RATE)
    found = embedder.embed((breath, RATE))
    assert found.quality.breathy_s == pytest.approx(1.0, abs=0.1)


def test_a_list_stops_at_a_bad_recording_and_embed_each_does_not(embedder, lines, tmp_path):
    recordings = [lines[0], tmp_path / "absent.wav", (np.zeros(RATE), RATE), lines[1]]
    with pytest.raises(AudioError, match=r"absent\.wav: missing"):
        embedder.embed(recordings)
    for workers in (1, 2):
        found = list(embedder.embed_each(recordings, workers=workers))
        assert [type(one).__name__ for one in found] == [
            "Embedding",
            "AudioError",
            "QualityError",
            "Embedding",
        ]


def test_windows_of_a_long_recording_have_their_place(embedder):
    samples = np.concatenate([voice(2.0), np.zeros(2 * RATE), voice(2.0, speaker=2)])
    found = list(embedder.embed_windows((samples, RATE), window_s=1.0, hop_s=1.0))
    assert [one.start_s for one in found] == [0.0, 1.0, 4.0, 5.0]
    expected = embedder.embed((samples[RATE : 2 * RATE], RATE)).vector
    np.testing.assert_allclose(found[1].vector, expected, atol=1e-5)
    assert found[1].end_s == 2.0


def test_without_a_bar_pauses_are_windows_too(checkpoint):
    lenient = SpeakerEmbedder.from_pretrained(checkpoint, bar=None)
    assert len(list(lenient.embed_windows((np.zeros(2 * RATE), RATE), window_s=1.0, hop_s=1.0))) == 2


def test_crops_are_embedded_by_themselves_with_the_quality_of_the_whole(embedder):
    samples = voice(3.0)
    found = embedder.embed_crops((samples, RATE), crops=3, crop_s=1.0)
    assert [one.start_s for one in found] == [0.0, 1.0, 2.0]
    expected = embedder.embed((samples[RATE : 2 * RATE], RATE)).vector
    np.testing.assert_allclose(found[1].vector, expected, atol=1e-5)
    assert found[0].quality.duration_s == 3.0


def test_crops_of_a_recording_below_the_bar_are_refused(embedder):
    with pytest.raises(QualityError):
        embedder.embed_crops((np.zeros(RATE), RATE))


def test_the_distance_from_the_training_is_measured_where_the_checkpoint_knows_it(
    checkpoint, embedder, lines, tmp_path
):
    shutil.copytree(checkpoint, tmp_path / "c")
    vectors = [embedder.embed((voice(0.6, speaker=i), RATE)).vector for i in range(30)]
    EmbeddingStatistics.fit(vectors).save(tmp_path / "c")
    quality = SpeakerEmbedder.from_pretrained(tmp_path / "c").embed(lines[0]).quality
    assert quality.ood_distance > 0.0
    assert quality.ood_limit > 0.0
    assert embedder.embed(lines[0]).quality.ood_distance is None


def test_a_name_finds_its_checkpoint_and_card(checkpoint, tmp_path, monkeypatch):
    shutil.copytree(checkpoint, tmp_path / "base")
    write_json(tmp_path / "base" / "card.json", {"licence": "x"})
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path)
    assert SpeakerEmbedder.from_pretrained("base").card == {"licence": "x"}


def test_a_hub_id_is_fetched(checkpoint, tmp_path, monkeypatch):
    folder = tmp_path / "hub" / "owner" / "name" / "v1"
    shutil.copytree(checkpoint, folder)
    write_json(folder / "card.json", {"name": "fetched"})
    (folder / "embedding_statistics.npz").unlink(missing_ok=True)
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr(hub, "_OPTIONAL", ("card.json",))
    assert SpeakerEmbedder.from_pretrained("owner/name", revision="v1").card == {"name": "fetched"}


def test_weights_with_another_digest_are_refused_wherever_they_are(checkpoint, tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    shutil.copytree(checkpoint, tmp_path / "weights" / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path / "weights")
    right = file_digest(checkpoint / "model.safetensors")
    for encoder in ("base", checkpoint):
        assert SpeakerEmbedder.from_pretrained(encoder, sha256=right.upper()).encoder is not None
        with pytest.raises(InputError, match=rf"model\.safetensors: SHA-256 is {right}, 0{{64}} was asked"):
            SpeakerEmbedder.from_pretrained(encoder, sha256="0" * 64)


def test_a_published_file_with_another_digest_is_refused_unread(tmp_path):
    (tmp_path / "theirs.onnx").write_bytes(b"no network")
    with pytest.raises(InputError, match=r"theirs\.onnx: SHA-256 is"):
        SpeakerEmbedder.from_pretrained(tmp_path / "theirs.onnx", sha256="0" * 64)


def test_a_digest_of_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file; is"):
        SpeakerEmbedder.from_pretrained(tmp_path, sha256="0" * 64)


def test_a_name_that_is_nowhere_is_refused():
    with pytest.raises(InputError, match="neither a checkpoint folder nor one of base"):
        SpeakerEmbedder.from_pretrained("nobody")


def test_an_encoder_for_another_rate_is_refused(checkpoint):
    opened = open_encoder("kowairo.models.MfccStatistics")
    opened.encoder.front_end.sample_rate_hz = 8000
    assert isinstance(opened.encoder, MfccStatistics)
    with pytest.raises(InputError, match="expected an encoder for 16 kHz, got 8000 Hz"):
        SpeakerEmbedder(opened)


def test_one_embedder_serves_several_threads(embedder, lines):
    expected, found = embedder.embed(lines[:4]), {}
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: embedder.embed(lines[i]).vector}))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        np.testing.assert_allclose(found[i], expected[i].vector, atol=1e-6)


def test_the_mean_of_several_embeddings_is_one_voice(embedder, lines):
    several = embedder.embed(lines[:3])
    mean = mean_vector(several)
    assert np.linalg.norm(mean) == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(mean_vector(several[:1]), several[0].vector, atol=1e-6)
    with pytest.raises(InputError, match="at least one"):
        mean_vector([])
