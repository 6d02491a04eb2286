import numpy as np
import pytest

from kowairo.inference.gallery.reference_table import ReferenceTable
from kowairo.inference.gallery.voice_matrices import VoiceMatrices


@pytest.fixture
def table(gallery, tmp_path):
    return ReferenceTable.open(tmp_path / "gallery")


def test_all_voices_are_kept_until_the_table_changes(table):
    matrices = VoiceMatrices(table, max_in_memory=100)
    before = matrices.whole("centroid")
    assert matrices.whole("centroid") is before
    assert matrices.whole("max") is not before
    assert sorted(before.names) == ["Aoi", "Zoë", "日向"]
    table.delete(["Aoi"])
    assert sorted(matrices.whole("centroid").names) == ["Zoë", "日向"]


def test_without_an_index_all_are_scored_however_many_there_are(table, refs):
    matrices = VoiceMatrices(table, max_in_memory=0)
    query = refs({"Aoi": 1}, seed=9).vectors
    assert matrices.near(query, count=1, scoring="centroid") is matrices.whole("centroid")


def test_beyond_the_limit_an_index_names_those_that_are_scored(table, refs, monkeypatch):
    matrices = VoiceMatrices(table, max_in_memory=0)
    asked = []

    def near(self, units, *, count, nprobes):
        asked.append((np.linalg.norm(units, axis=1).tolist(), count))
        return ["日向"]

    monkeypatch.setattr(ReferenceTable, "has_index", True)
    monkeypatch.setattr(ReferenceTable, "near", near)
    found = matrices.near(refs({"Aoi": 2}, seed=9).vectors, count=30, scoring="centroid")
    assert list(found.names) == ["日向"]
    assert asked == [([pytest.approx(1.0)] * 2, 600)]


def test_the_references_of_some_voices_stand_side_by_side(table):
    found = VoiceMatrices(table, max_in_memory=100).of_voices("max", ["Aoi", "日向"])
    assert sorted(found.names) == ["Aoi", "日向"]
    assert len(found.rows) == 5
    assert np.linalg.norm(found.rows, axis=1) == pytest.approx(np.ones(5), abs=1e-6)
