import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, open_crops, write_vectors


@pytest.fixture
def embeddings():
    return EmbeddingSet(np.arange(6, dtype=np.float32).reshape(3, 2), ["c", "a", "b"], {"encoder": "mfcc"})


def test_a_saved_set_reads_back_memory_mapped(embeddings, tmp_path):
    embeddings.save(tmp_path / "set")
    loaded = EmbeddingSet.load(tmp_path / "set")
    assert isinstance(loaded.vectors, np.memmap)
    np.testing.assert_array_equal(loaded.vectors, embeddings.vectors)
    assert (loaded.utts, loaded.meta, loaded.dim, len(loaded)) == (["c", "a", "b"], {"encoder": "mfcc"}, 2, 3)


def test_rows_come_in_the_asked_order_with_repetitions(embeddings):
    np.testing.assert_array_equal(embeddings.rows(["a", "c", "a"]), [[2, 3], [0, 1], [2, 3]])
    assert embeddings.rows([]).shape == (0, 2)


def test_a_missing_utterance_is_named(embeddings):
    with pytest.raises(InputError, match=r"'x' \(2 missing\)"):
        embeddings.rows(["a", "x", "y"])


def test_a_subset_keeps_meta_and_order(embeddings):
    small = embeddings.subset(["b", "c"])
    assert (small.utts, small.meta) == (["b", "c"], embeddings.meta)
    np.testing.assert_array_equal(small.vectors, [[4, 5], [0, 1]])


def test_saving_over_the_set_that_is_being_read_is_safe(embeddings, tmp_path):
    embeddings.save(tmp_path / "set")
    loaded = EmbeddingSet.load(tmp_path / "set")
    loaded.save(tmp_path / "set")
    np.testing.assert_array_equal(EmbeddingSet.load(tmp_path / "set").vectors, embeddings.vectors)


def test_vectors_of_another_shape_are_refused():
    with pytest.raises(InputError, match=r"got shape \(2, 2\)"):
        EmbeddingSet(np.zeros((2, 2), dtype=np.float32), ["a"])


def test_an_utterance_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="stands twice"):
        EmbeddingSet(np.zeros((2, 2), dtype=np.float32), ["a", "a"])


def test_an_id_with_a_blank_is_not_written(tmp_path):
    with pytest.raises(InputError, match="holds a blank"):
        EmbeddingSet(np.zeros((1, 2), dtype=np.float32), ["a b"]).save(tmp_path / "set")


def test_a_folder_without_vectors_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"has no vectors\.npy"):
        EmbeddingSet.load(tmp_path)


def test_a_pickle_named_as_vectors_is_refused(embeddings, tmp_path):
    embeddings.save(tmp_path / "set")
    np.save(tmp_path / "set" / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="not a readable array"):
        EmbeddingSet.load(tmp_path / "set")


def test_ids_that_do_not_fit_the_vectors_are_refused(embeddings, tmp_path):
    embeddings.save(tmp_path / "set")
    (tmp_path / "set" / "utts").write_text("c\na\n")
    with pytest.raises(InputError, match="one row for each of 2"):
        EmbeddingSet.load(tmp_path / "set")


def test_row_numbers_follow_the_asked_order(embeddings):
    assert embeddings.row_numbers(["b", "c", "b"]).tolist() == [2, 0, 2]
    with pytest.raises(InputError, match=r"'x' \(1 missing\)"):
        embeddings.row_numbers(["c", "x"])


def test_crops_are_kept_on_disk_and_averaged_where_one_vector_is_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.core.embedding_set._BLOCK_ROWS", 2)
    vectors = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    write_vectors(tmp_path / "set", vectors, list("abcde"), {"crops": 3})
    crops, utts = open_crops(tmp_path / "set")
    assert np.array_equal(crops, vectors)
    assert utts == list("abcde")
    found = EmbeddingSet.load(tmp_path / "set")
    assert found.vectors == pytest.approx(vectors.mean(axis=1), abs=1e-6)
    assert found.meta == {"crops": 3}


def test_what_has_no_crops_is_not_opened_as_crops(tmp_path):
    EmbeddingSet(np.ones((1, 2), dtype=np.float32), ["a"]).save(tmp_path / "set")
    with pytest.raises(InputError, match=r"expected vectors \(utterance, crop, dim\), got \(1, 2\)"):
        open_crops(tmp_path / "set")
    with pytest.raises(InputError, match="is not an embedding set"):
        open_crops(tmp_path)
