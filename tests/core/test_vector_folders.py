import numpy as np
import pytest

from kowairo.core import (
    EmbeddingSet,
    InputError,
    TableError,
    open_embeddings,
    read_npy_folder,
    read_text_vectors,
    write_ark,
)

VECTORS = np.array([[1, 2], [3, 4.5]], dtype=np.float32)


def write_set(folder):
    EmbeddingSet(VECTORS, ["a", "b"]).save(folder / "x")
    return folder / "x"


def write_archive(folder):
    write_ark(folder / "any.name", EmbeddingSet(VECTORS, ["a", "b"]))
    return folder / "any.name"


def write_table_of_archive(folder):
    return write_archive(folder).with_suffix(".scp")


def write_npy(folder):
    for utt, vector in zip("ab", VECTORS, strict=True):
        np.save(folder / f"{utt}.npy", vector)
    return folder


def write_text(folder):
    (folder / "x.txt").write_text("a 1 2\nb 3.0 4.5e0\n")
    return folder / "x.txt"


def write_kaldi_text(folder):
    (folder / "x").write_text("a  [ 1 2 ]\nb  [ 3.0 4.5 ]\n")
    return folder / "x"


WRITERS = [write_set, write_archive, write_table_of_archive, write_npy, write_text, write_kaldi_text]


@pytest.mark.parametrize("write", WRITERS)
def test_every_form_is_recognised_by_its_content(tmp_path, write):
    read = open_embeddings(write(tmp_path))
    assert read.utts == ["a", "b"]
    assert read.vectors.dtype == np.float32
    np.testing.assert_array_equal(read.vectors, VECTORS)


def test_a_folder_tree_names_utterances_by_their_path_and_averages_crops(tmp_path):
    (tmp_path / "spk" / "s.1").mkdir(parents=True)
    np.save(tmp_path / "spk" / "s.1" / "b.npy", np.array([[1.0, 2.0], [3.0, 6.0]]))
    np.save(tmp_path / "spk" / "a.b.npy", np.array([5, 6]))
    read = read_npy_folder(tmp_path)
    assert (read.utts, read.vectors.tolist()) == (["spk/a.b", "spk/s.1/b"], [[5, 6], [2, 4]])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones((1, 2, 3)), r"b\.npy: expected \(dim,\) or \(crop, dim\)"),
        (np.array(["x", "y"]), r"b\.npy: expected"),
        (np.array([]), r"b\.npy: expected"),
        (np.ones(3), r"b\.npy: a vector of dimension 3, others have 2"),
        (np.array([{}, {}], dtype=object), r"b\.npy: not a readable array"),
    ],
)
def test_an_array_that_is_no_vector_is_named(tmp_path, array, message):
    np.save(tmp_path / "a.npy", np.ones(2))
    np.save(tmp_path / "b.npy", array, allow_pickle=True)
    with pytest.raises(InputError, match=message):
        read_npy_folder(tmp_path)


def test_places_without_embeddings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no embedding set and no \.npy file"):
        open_embeddings(tmp_path)
    with pytest.raises(InputError, match="no such file or folder"):
        open_embeddings(tmp_path / "x")
    with pytest.raises(InputError, match="no such folder"):
        read_npy_folder(tmp_path / "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a 1 2\n\nb 1\n", "x:3: 1 numbers, expected 2"),
        ("a\n", "x:1: 0 numbers, expected some"),
        ("a 1 2\nb 1 two\n", "x:2: expected `utterance 0.1 0.2 ...`: .*'two'"),
        ("a 1\na 2\n", "x:2: utterance 'a' stands twice"),
    ],
)
def test_a_wrong_line_of_text_vectors_is_named(tmp_path, content, message):
    (tmp_path / "x").write_text(content)
    with pytest.raises(TableError, match=message):
        read_text_vectors(tmp_path / "x")


def test_an_empty_file_holds_no_vector(tmp_path):
    (tmp_path / "x").write_text("\n")
    with pytest.raises(InputError, match="no vector"):
        open_embeddings(tmp_path / "x")
