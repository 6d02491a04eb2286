import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.training.teacher_rows import TeacherRows, teacher_digest

VECTORS = np.array([[1.0, 2.0], [3.0, 6.0], [8.0, 4.0]], dtype=np.float32)


@pytest.fixture
def folder(tmp_path):
    EmbeddingSet(VECTORS, ["a", "b", "a|0.9"], {"system": "x"}).save(tmp_path / "teacher")
    return tmp_path / "teacher"


def test_rows_come_in_the_order_of_the_items(folder):
    rows = TeacherRows(EmbeddingSet.load(folder), ["a|0.9", "a"], transform="none")
    assert rows.of(np.array([1, 0, 0])).tolist() == [[1.0, 2.0], [8.0, 4.0], [8.0, 4.0]]
    assert rows.dim == 2


def test_the_mean_over_the_items_is_subtracted(folder):
    rows = TeacherRows(EmbeddingSet.load(folder), ["a", "b"])
    assert rows.of(np.array([0, 1])).tolist() == [[-1.0, -2.0], [1.0, 2.0]]


def test_the_stored_vectors_stay_as_they_are(folder):
    TeacherRows(EmbeddingSet.load(folder), ["a", "b"]).of(np.array([0]))
    assert np.array_equal(EmbeddingSet.load(folder).vectors, VECTORS)


def test_a_mean_over_pieces_is_the_mean(monkeypatch):
    monkeypatch.setattr("kowairo.training.teacher_rows._ROWS_AT_ONCE", 7)
    vectors = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    utts = [str(number) for number in range(50)]
    rows = TeacherRows(EmbeddingSet(vectors, utts), utts).of(np.arange(50))
    np.testing.assert_allclose(rows, vectors - vectors.mean(axis=0), atol=1e-6)


def test_an_item_without_a_row_is_refused(folder):
    with pytest.raises(InputError, match="no embedding of utterance 'c'"):
        TeacherRows(EmbeddingSet.load(folder), ["a", "c"])


def test_another_description_or_another_utterance_changes_the_digest(folder, tmp_path):
    EmbeddingSet(VECTORS, ["a", "b", "a|0.9"], {"system": "y"}).save(tmp_path / "described")
    EmbeddingSet(VECTORS, ["a", "b", "c"], {"system": "x"}).save(tmp_path / "others")
    digests = {teacher_digest(path) for path in (folder, tmp_path / "described", tmp_path / "others")}
    assert len(digests) == 3
    assert teacher_digest(folder) == teacher_digest(folder)


def test_a_folder_that_is_no_embedding_set_has_no_digest(tmp_path):
    with pytest.raises(InputError, match="is not an embedding set"):
        teacher_digest(tmp_path)
