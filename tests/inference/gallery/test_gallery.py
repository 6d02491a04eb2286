from dataclasses import replace

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference.gallery import AcceptanceRule, Gallery, GalleryEncoder, References

NASTY = [
    "O'Hara",
    "'; DROP TABLE references; --",
    "a\\'b",
    'say "hi"',
    "50%",
    "_",
    "👩‍🎤",
    "ガブリエル",
    "x" * 200,
]


def counts_of(gallery):
    return {voice.name: voice.num_references for voice in gallery.voices()}


def query(refs, name, **options):
    return refs({name: 1}, seed=99, **options).vectors


def test_voices_are_listed_with_their_references(gallery):
    voices = gallery.voices()
    assert [(one.name, one.num_references) for one in voices] == [("Aoi", 3), ("Zoë", 1), ("日向", 2)]
    assert voices[0].duration_s == pytest.approx(4.5)
    assert [one.source for one in gallery.references("Aoi")] == ["Aoi/0.wav", "Aoi/1.wav", "Aoi/2.wav"]


def test_stored_references_come_with_the_vectors_that_were_added(gallery, refs):
    given = refs({"Aoi": 3, "日向": 2, "Zoë": 1})
    stored = gallery.stored("Aoi")
    assert stored.facts == gallery.references("Aoi")
    np.testing.assert_array_equal(stored.vectors, given.vectors[:3])
    with pytest.raises(InputError, match="no voice 'Noa'"):
        gallery.stored("Noa")


def test_a_gallery_is_the_same_when_it_is_opened_again(gallery, tmp_path):
    again = Gallery.open(tmp_path / "gallery")
    assert (again.encoder, again.voices()) == (gallery.encoder, gallery.voices())


def test_a_recording_is_kept_once_per_voice(gallery, refs, encoder):
    again = refs({"Aoi": 4})
    assert gallery.add(again, encoder_sha256=encoder.sha256) == 1
    assert counts_of(gallery)["Aoi"] == 4
    other = refs({"Aoi": 4}).facts
    assert {digest for voice, digest in gallery.known(other)} == {one.digest for one in other}


def test_a_recording_that_is_given_twice_at_once_is_kept_once(tmp_path, refs, encoder):
    twice = refs({"Aoi": 2}).subset([0, 1, 0])
    made = Gallery.create(tmp_path / "g", encoder)
    assert made.add(twice, encoder_sha256=encoder.sha256) == 2
    assert made.add(twice.subset([]), encoder_sha256=encoder.sha256) == 0


def test_vectors_of_another_encoder_are_refused(gallery, refs, encoder, tmp_path):
    with pytest.raises(InputError, match="of the encoder tiny"):
        gallery.add(refs({"Aoi": 1}, seed=1), encoder_sha256="b" * 64)
    with pytest.raises(InputError, match="of the encoder tiny"):
        Gallery.create(tmp_path / "gallery", GalleryEncoder("other", "b" * 64, 8))
    with pytest.raises(InputError, match="dimension 8 expected, got 5"):
        gallery.add(refs({"Aoi": 1}, dim=5), encoder_sha256=encoder.sha256)


def test_a_voice_can_be_removed(gallery):
    assert gallery.remove(["日向", "Zoë"]) == 3
    assert counts_of(gallery) == {"Aoi": 3}


def test_single_references_can_be_removed(gallery):
    assert gallery.remove_sources("Aoi", ["Aoi/1.wav"]) == 1
    assert [one.source for one in gallery.references("Aoi")] == ["Aoi/0.wav", "Aoi/2.wav"]
    with pytest.raises(InputError, match=r"no reference from 'Aoi/1.wav'"):
        gallery.remove_sources("Aoi", ["Aoi/0.wav", "Aoi/1.wav"])
    assert counts_of(gallery)["Aoi"] == 2


def test_of_two_references_with_one_source_one_can_be_removed(gallery, encoder, refs):
    made = refs({"Aoi": 2}, seed=7)
    facts = [replace(one, source="Aoi/same.wav") for one in made.facts]
    gallery.add(References(facts, made.vectors), encoder_sha256=encoder.sha256)
    assert gallery.remove_references("Aoi", [facts[0].digest]) == 1
    left = [one.digest for one in gallery.references("Aoi") if one.source == "Aoi/same.wav"]
    assert left == [facts[1].digest]
    with pytest.raises(InputError, match=f"no reference '{facts[0].digest}'"):
        gallery.remove_references("Aoi", [facts[1].digest, facts[0].digest])
    assert counts_of(gallery)["Aoi"] == 4


def test_a_voice_can_be_renamed_to_a_name_that_is_free(gallery):
    assert gallery.rename("日向", "Hinata") == 2
    assert counts_of(gallery) == {"Aoi": 3, "Hinata": 2, "Zoë": 1}
    with pytest.raises(InputError, match="'Aoi' is taken; `merge`"):
        gallery.rename("Hinata", "Aoi")


def test_voices_can_be_merged(gallery):
    assert gallery.merge(["Aoi", "日向"], "Aoi") == 2
    assert counts_of(gallery) == {"Aoi": 5, "Zoë": 1}
    assert gallery.merge(["Aoi", "Zoë"], "everybody") == 6
    assert counts_of(gallery) == {"everybody": 6}


def shared(refs, *, names, rows):
    """References with the recordings 0, 1 ... of one and the same character under several names."""
    made = refs({"A": rows})
    both = [(name, row) for name in names for row in range(rows)]
    facts = [replace(made.facts[row], voice=name) for name, row in both]
    return References(facts, made.vectors[[row for _, row in both]])


def test_a_recording_of_several_voices_is_one_reference_of_the_merged_one(tmp_path, refs, encoder):
    made = Gallery.create(tmp_path / "g", encoder)
    made.add(shared(refs, names=["A", "B's"], rows=2), encoder_sha256=encoder.sha256)
    made.add(shared(refs, names=["C", "D"], rows=3), encoder_sha256=encoder.sha256)
    assert made.merge(["B's", "C"], "A") == 1
    assert counts_of(made) == {"A": 3, "D": 3}
    assert len({one.digest for one in made.references("A")}) == 3
    assert made.merge(["A", "D"], "new") == 3
    assert counts_of(made) == {"new": 3}
    assert made.add(shared(refs, names=["new"], rows=3), encoder_sha256=encoder.sha256) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g.remove(["Aoi", "nobody"]),
        lambda g: g.rename("nobody", "x"),
        lambda g: g.merge(["Aoi", "nobody"], "x"),
        lambda g: g.references("nobody"),
        lambda g: g.similar("nobody"),
        lambda g: g.closest_references("Aoi", "nobody"),
    ],
)
def test_a_voice_that_is_not_there_is_named_and_nothing_changes(gallery, change):
    before = gallery.voices()
    with pytest.raises(InputError, match="no voice 'nobody'"):
        change(gallery)
    assert gallery.voices() == before


@pytest.mark.parametrize("name", NASTY)
def test_any_name_is_only_a_name(gallery, refs, encoder, name):
    gallery.add(refs({name: 2}), encoder_sha256=encoder.sha256)
    assert gallery.rename(name, f"{name[:190]} 2") == 2
    assert gallery.merge([f"{name[:190]} 2"], name) == 2
    assert gallery.identify(query(refs, name), rule=None)[0].candidates[0].voice == name
    assert gallery.remove([name]) == 2
    assert counts_of(gallery) == {"Aoi": 3, "日向": 2, "Zoë": 1}


@pytest.mark.parametrize("scoring", ["centroid", "mean", "max"])
def test_the_best_voice_is_named_first(gallery, refs, scoring):
    found = gallery.identify(
        np.concatenate([query(refs, "日向"), query(refs, "Zoë")]),
        rule=AcceptanceRule(0.8, 0.05, scoring),
        count=1,
    )
    assert [(one.voice, one.verdict, len(one.candidates)) for one in found] == [
        ("日向", "identified", 1),
        ("Zoë", "identified", 1),
    ]


def test_an_unknown_speaker_is_nobody(gallery, refs):
    (found,) = gallery.identify(query(refs, "stranger"), rule=AcceptanceRule(0.9))
    assert (found.voice, found.verdict) == (None, "below_threshold")
    assert len(found.candidates) == 3


def test_without_a_rule_there_are_candidates_and_no_verdict(gallery, refs):
    (found,) = gallery.identify(query(refs, "Aoi"), rule=None, count=2)
    assert (found.voice, found.verdict, found.candidates[0].voice) == (None, "no_threshold", "Aoi")


def test_a_rule_holds_for_its_scoring_only(gallery, refs):
    with pytest.raises(InputError, match="for the scoring max, not mean"):
        gallery.identify(query(refs, "Aoi"), rule=AcceptanceRule(0.5, scoring="max"), scoring="mean")


def test_voices_that_sound_alike_are_found(gallery, refs, encoder):
    twin = refs({"Aoi": 2}, seed=5, spread=0.5)
    facts = [type(one)("Twin", one.source, one.digest) for one in twin.facts]
    gallery.add(type(twin)(facts, twin.vectors), encoder_sha256=encoder.sha256)
    found = gallery.similar("Aoi", count=2)
    assert (found[0].voice, len(found)) == ("Twin", 2)
    own, other, cosine = gallery.closest_references("Aoi", "Twin")
    assert (own.voice, other.voice) == ("Aoi", "Twin")
    assert cosine > 0.9


def test_a_change_is_seen_by_the_next_question(gallery, refs, encoder):
    stranger = query(refs, "New")
    rule = AcceptanceRule(0.9)
    assert gallery.identify(stranger, rule=rule)[0].voice is None
    gallery.add(refs({"New": 2}), encoder_sha256=encoder.sha256)
    assert gallery.identify(stranger, rule=rule)[0].voice == "New"
    gallery.remove(["New"])
    assert gallery.identify(stranger, rule=rule)[0].voice is None


def test_a_reader_keeps_its_version_until_it_refreshes(gallery, tmp_path):
    reader = Gallery.open(tmp_path / "gallery")
    gallery.remove(["Aoi"])
    assert "Aoi" in counts_of(reader)
    reader.refresh()
    assert "Aoi" not in counts_of(reader)


def test_a_rule_is_kept_with_the_gallery(gallery, tmp_path):
    assert gallery.rule is None
    for rule in (AcceptanceRule(0.5), AcceptanceRule(0.625, 0.05, "max")):
        gallery.keep_rule(rule)
        assert Gallery.open(tmp_path / "gallery").rule == rule


def test_compacting_takes_removed_vectors_off_the_disk(gallery, refs, tmp_path):
    secret = refs({"Aoi": 1}).vectors.tobytes()

    def is_on_disk():
        return any(secret in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    gallery.remove(["Aoi"])
    assert is_on_disk()
    gallery.compact(keep_s=0)
    assert not is_on_disk()
    assert counts_of(gallery) == {"日向": 2, "Zoë": 1}


def test_an_index_chooses_voices_that_are_then_scored_exactly(tmp_path, refs, encoder):
    place = tmp_path / "large"
    made = Gallery.create(place, encoder)
    with pytest.raises(InputError, match="256 references"):
        made.build_index()
    made.add(refs({f"v{number}": 30 for number in range(12)}), encoder_sha256=encoder.sha256)
    made.build_index()
    indexed = Gallery.open(place, max_in_memory=10)
    asked = refs({"v7": 1}, seed=3).vectors
    (found,), (exact,) = (one.candidates(asked, count=12) for one in (indexed, made))
    # For 12 candidates the index gives 240 references: those of the 8 nearest voices, and perhaps some more.
    assert (found[0], len(exact)) == (exact[0], 12)
    assert 8 <= len(found) <= 10
    made.add(refs({"late": 2}), encoder_sha256=encoder.sha256)
    indexed.refresh()
    assert indexed.identify(query(refs, "late"), rule=None)[0].candidates[0].voice == "late"


def test_an_empty_gallery_says_so(tmp_path, refs, encoder):
    empty = Gallery.create(tmp_path / "g", encoder)
    assert empty.voices() == []
    with pytest.raises(InputError, match="the gallery is empty"):
        empty.identify(query(refs, "Aoi"), rule=None)
