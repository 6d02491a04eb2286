import numpy as np
import pytest

from kowairo.inference.gallery import Gallery, ReferenceFacts, References
from kowairo.inference.server.refusal import GalleryFullError, UnknownVoiceError


@pytest.fixture
def enrolled(service, keeper, upload):
    """日向 with two references, Aoi with one of the same recordings."""
    service.enroll("日向", [upload(1, name="一.wav"), upload(1, seed=2, name="二.wav")])
    service.enroll("Aoi", [upload(1, name="shared.wav")])
    return keeper


def files(tmp_path):
    return sorted((tmp_path / "audio").iterdir())


def test_voices_and_references_are_listed(enrolled):
    assert [(one.name, one.num_references, one.duration_s) for one in enrolled.voices()] == [
        ("Aoi", 1, 1.0),
        ("日向", 2, 2.0),
    ]
    first, second = enrolled.references("日向")
    assert (first.source[:5], second.source[:5]) == ("一.wav", "二.wav")
    assert first.has_audio
    assert enrolled.reference_wav("日向", first.id)[:4] == b"RIFF"


def test_a_removed_voice_is_gone_with_its_audio_unless_another_has_it(enrolled, tmp_path):
    assert len(files(tmp_path)) == 2
    assert enrolled.remove("日向").removed == 2
    assert [one.name for one in enrolled.voices()] == ["Aoi"]
    assert len(files(tmp_path)) == 1
    enrolled.remove("Aoi")
    assert files(tmp_path) == []


def test_one_reference_is_removed(enrolled, tmp_path):
    _, second = enrolled.references("日向")
    assert enrolled.remove_reference("日向", second.id).removed == 1
    assert [one.source[:5] for one in enrolled.references("日向")] == ["一.wav"]
    assert len(files(tmp_path)) == 1


def test_another_reference_of_the_same_source_stays(keeper, embedder):
    facts = [ReferenceFacts("葵", "lines/a.wav", f"file:{number}", 1.0) for number in range(2)]
    vectors = np.ones((2, keeper.gallery.encoder.dim), dtype=np.float32)
    keeper.gallery.add(References(facts, vectors), encoder_sha256=embedder.digest)
    assert keeper.remove_reference("葵", "file:0").removed == 1
    assert [one.id for one in keeper.references("葵")] == ["file:1"]


@pytest.mark.parametrize("name", ["誰", "' OR 1=1 --", "..", "日向/.."])
def test_what_is_not_there_is_unknown(enrolled, name):
    for ask in (enrolled.references, enrolled.remove):
        with pytest.raises(UnknownVoiceError):
            ask(name)
    for ask in (enrolled.reference_wav, enrolled.remove_reference):
        with pytest.raises(UnknownVoiceError):
            ask(name, "file:00")
        with pytest.raises(UnknownVoiceError, match="no such reference"):
            ask("日向", "file:00")


def test_audio_that_was_not_kept_cannot_be_had(enrolled, tmp_path):
    for file in files(tmp_path):
        file.unlink()
    (one,) = enrolled.references("Aoi")
    assert not one.has_audio
    with pytest.raises(UnknownVoiceError, match="cannot be had"):
        enrolled.reference_wav("Aoi", one.id)


def test_the_map_has_every_reference_and_follows_changes(enrolled):
    assert len(enrolled.map()) == 3
    enrolled.remove("Aoi")
    points = enrolled.map()
    assert [one.reference.name for one in points] == ["日向", "日向"]
    assert all(-1.0 <= value <= 1.0 for one in points for value in (one.x, one.y))


def test_what_another_process_writes_is_seen(enrolled, tmp_path):
    Gallery.open(tmp_path / "gallery").rename("Aoi", "Aoi Sora")
    assert [one.name for one in enrolled.voices()] == ["Aoi Sora", "日向"]


def test_a_full_gallery_takes_nothing_more(enrolled, service, upload):
    service.enroll("many", [upload(3, seed=seed, duration_s=0.6) for seed in range(20, 37)])
    with pytest.raises(GalleryFullError, match="20 references"):
        service.enroll("many", [upload(3, seed=99)])
