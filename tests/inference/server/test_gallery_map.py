import numpy as np
import pytest

from kowairo.inference.gallery import Gallery, GalleryEncoder, ReferenceFacts, References
from kowairo.inference.server.gallery_map import gallery_map, layout, spread_evenly

ENCODER = GalleryEncoder("tiny", "a" * 64, 8)


@pytest.fixture
def gallery(tmp_path):
    """Two voices of 12 references, each around its own direction."""
    rng = np.random.default_rng(0)
    made = Gallery.create(tmp_path / "gallery", ENCODER)
    centres = {"Aoi": np.eye(8)[0], "日向": np.eye(8)[1]}
    facts = [ReferenceFacts(name, f"{row}.wav", f"{name}{row}") for name in centres for row in range(12)]
    vectors = np.stack([centres[one.voice] for one in facts]) + 0.05 * rng.standard_normal((24, 8))
    made.add(References(facts, vectors.astype(np.float32)), encoder_sha256=ENCODER.sha256)
    return made


def test_voices_are_apart_on_the_map(gallery):
    points = gallery_map(gallery)
    places = {
        name: np.array([(one.x, one.y) for one in points if one.facts.voice == name])
        for name in ("Aoi", "日向")
    }
    spread = max(np.linalg.norm(own - own.mean(0), axis=1).max() for own in places.values())
    assert np.linalg.norm(places["Aoi"].mean(0) - places["日向"].mean(0)) > spread
    assert np.abs(np.concatenate(list(places.values()))).max() == pytest.approx(1.0)


def test_every_voice_has_its_share_of_the_points(gallery):
    assert [one.facts.voice for one in gallery_map(gallery, max_points=6)] == ["Aoi"] * 3 + ["日向"] * 3


@pytest.mark.parametrize(("removed", "left"), [(["Aoi"], {"日向"}), (["Aoi", "日向"], set())])
def test_a_voice_that_is_removed_meanwhile_is_left_out(gallery, tmp_path, removed, left):
    class RemovedAfterListing(Gallery):
        def voices(self):
            found = super().voices()
            self.remove(removed)
            return found

    points = gallery_map(RemovedAfterListing.open(tmp_path / "gallery"))
    assert {one.facts.voice for one in points} == left


def test_an_empty_gallery_has_an_empty_map(tmp_path):
    assert gallery_map(Gallery.create(tmp_path / "g", ENCODER)) == []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_few_references_have_places_too(count):
    places = layout(np.random.default_rng(0).standard_normal((count, 8)).astype(np.float32))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    np.testing.assert_allclose(places.mean(axis=0), 0.0, atol=1e-6)


def test_equal_references_share_one_place():
    assert np.abs(layout(np.ones((3, 8), dtype=np.float32))).max() <= 1.0


def test_numbers_are_spread_evenly():
    assert list(spread_evenly(3, 5)) == [0, 1, 2]
    assert list(spread_evenly(10, 5)) == [0, 2, 4, 6, 8]
    assert list(spread_evenly(0, 5)) == []
