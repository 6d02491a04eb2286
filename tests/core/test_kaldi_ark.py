import pickle
import struct

import kaldiio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kowairo.core import EmbeddingSet, InputError, read_ark, read_ark_scp, write_ark

IDS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=9)


@pytest.fixture
def embeddings():
    vectors = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    return EmbeddingSet(vectors, ["u2", "longer-id", "ü", "a", "u10"])


def assert_same(read, expected):
    assert sorted(read.utts) == sorted(expected.utts)
    np.testing.assert_array_equal(read.rows(expected.utts), expected.vectors)


def test_bytes_of_a_hand_made_archive_are_read_and_written(tmp_path):
    content = b"ab \0BFV \4" + struct.pack("<iff", 2, 1.5, -2.0)
    (tmp_path / "x.ark").write_bytes(content)
    read = read_ark(tmp_path / "x.ark")
    assert (read.utts, read.vectors.tolist()) == (["ab"], [[1.5, -2.0]])
    write_ark(tmp_path / "y.ark", read)
    assert (tmp_path / "y.ark").read_bytes() == content
    assert (tmp_path / "y.scp").read_text() == f"ab {tmp_path}/y.ark:3\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(utts=st.lists(IDS, min_size=1, max_size=6, unique=True), dim=st.integers(1, 4))
def test_any_set_reads_back_from_archive_and_table(tmp_path, utts, dim):
    expected = EmbeddingSet(np.arange(len(utts) * dim, dtype=np.float32).reshape(-1, dim), utts)
    write_ark(tmp_path / "x.ark", expected)
    assert read_ark(tmp_path / "x.ark").utts == utts
    assert_same(read_ark(tmp_path / "x.ark"), expected)
    assert_same(read_ark_scp(tmp_path / "x.scp"), expected)


def test_kaldiio_reads_what_is_written(embeddings, tmp_path):
    write_ark(tmp_path / "x.ark", embeddings)
    for read in (dict(kaldiio.load_ark(str(tmp_path / "x.ark"))), kaldiio.load_scp(str(tmp_path / "x.scp"))):
        np.testing.assert_array_equal([read[utt] for utt in embeddings.utts], embeddings.vectors)


@pytest.mark.parametrize("kind", ["float", "double", "matrix", "text"])
def test_what_kaldiio_writes_is_read(embeddings, tmp_path, kind):
    dtype = np.float64 if kind == "double" else np.float32
    rows = embeddings.vectors[:, None] if kind == "matrix" else embeddings.vectors
    arrays = {utt: row.astype(dtype) for utt, row in zip(embeddings.utts, rows, strict=True)}
    files = str(tmp_path / "x.ark"), str(tmp_path / "x.scp")
    kaldiio.save_ark(files[0], arrays, scp=files[1], text=kind == "text")
    for read in (read_ark(files[0]), read_ark_scp(files[1])):
        np.testing.assert_allclose(read.rows(embeddings.utts), embeddings.vectors, rtol=1e-5)


def test_compressed_rows_are_read(tmp_path):
    row = np.linspace(-1, 1, 20, dtype=np.float32)[None]
    kaldiio.save_ark(str(tmp_path / "x.ark"), {"a": row}, compression_method=3)
    # Method 3 keeps 16 bits of the range of 2.
    np.testing.assert_allclose(read_ark(tmp_path / "x.ark").vectors, row, atol=2 / 65535)


def test_float_and_double_vectors_may_stand_in_one_archive(tmp_path):
    arrays = {"a": np.ones(2, np.float32), "b": np.zeros(2), "c": np.full(2, 3, np.float32)}
    kaldiio.save_ark(str(tmp_path / "x.ark"), arrays)
    assert read_ark(tmp_path / "x.ark").vectors.tolist() == [[1, 1], [0, 0], [3, 3]]


def test_a_table_may_name_several_archives_beside_it(embeddings, tmp_path):
    write_ark(tmp_path / "x.ark", embeddings.subset(["u2", "a"]))
    write_ark(tmp_path / "y.ark", embeddings.subset(["ü", "u10", "longer-id"]))
    lines = [(tmp_path / name).read_text() for name in ("x.scp", "y.scp")]
    (tmp_path / "all.scp").write_text("".join(lines).replace(f"{tmp_path}/", ""))
    assert_same(read_ark_scp(tmp_path / "all.scp"), embeddings)


def test_an_archive_of_several_blocks_is_copied_whole(embeddings, tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.core.kaldi_ark._COPIED_ROWS", 2)
    monkeypatch.setattr("kowairo.core.kaldi_ark._WRITTEN_ROWS", 2)
    write_ark(tmp_path / "x.ark", embeddings)
    assert_same(read_ark(tmp_path / "x.ark"), embeddings)


VECTOR = b"\0BFV \4" + struct.pack("<if", 1, 2.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no vector in it"),
        (b"a " + VECTOR[:-2], "vector of 'a' is cut off"),
        (b"a " + VECTOR + b"b " + VECTOR[:-2], "vector of 'b' is cut off"),
        (b"a " + VECTOR + b"a " + VECTOR, "stands twice"),
        (b"a " + VECTOR + b"b \0BFV \4" + struct.pack("<iff", 2, 1, 1), "'b' has dimension 2, that of 'a' 1"),
        (b"a \0BFM \4" + struct.pack("<i", 2) + b"\4" + struct.pack("<iff", 1, 1, 1), r"shape \(2, 1\)"),
        (b"nothing-here", "no utterance id at byte 0"),
        (b"\xff " + VECTOR, "is not UTF-8"),
        (b"a hello\n", "'a' at byte 2 is no vector of numbers"),
        (b"a PKL" + pickle.dumps(1), "'a' at byte 2 is no vector of numbers"),
        (b"a \0BXX ", "'a' at byte 2 is no vector of numbers"),
        (b"a \0BFM \4", "'a' at byte 2 is no vector of numbers"),
        (b"a  [ 1 two ]\n", "'a' at byte 2 is no vector of numbers"),
    ],
)
def test_a_broken_archive_is_named_and_executes_nothing(tmp_path, content, message):
    (tmp_path / "x.ark").write_bytes(content)
    with pytest.raises(InputError, match=rf"x\.ark: .*{message}"):
        read_ark(tmp_path / "x.ark")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a copy-vector x.ark ark:- |", "is not `archive.ark:offset`"),
        ("a x.ark", "is not `archive.ark:offset`"),
        ("a x.ark:3[0:2]", "is not `archive.ark:offset`"),
        ("a nowhere.ark:2", r"nowhere\.ark: no such file"),
        ("a x.ark:9999", "at byte 9999"),
        ("a x.ark:3", "at byte 3"),
        ("", "no vector in it"),
    ],
)
def test_a_broken_table_is_named_and_runs_nothing(tmp_path, line, message):
    (tmp_path / "x.ark").write_bytes(b"a " + VECTOR)
    (tmp_path / "x.scp").write_text(f"{line}\n")
    with pytest.raises(InputError, match=message):
        read_ark_scp(tmp_path / "x.scp")


def test_archives_of_other_dimensions_in_one_table_are_refused(tmp_path):
    write_ark(tmp_path / "x.ark", EmbeddingSet(np.ones((1, 2), np.float32), ["a"]))
    write_ark(tmp_path / "y.ark", EmbeddingSet(np.ones((1, 3), np.float32), ["b"]))
    (tmp_path / "all.scp").write_text("a x.ark:2\nb y.ark:2\n")
    with pytest.raises(InputError, match=r"y\.ark: vectors of dimension 3, others of 2"):
        read_ark_scp(tmp_path / "all.scp")


def test_ids_and_names_that_would_not_read_back_are_not_written(tmp_path):
    one = np.ones((1, 2), np.float32)
    with pytest.raises(InputError, match="holds a blank"):
        write_ark(tmp_path / "x.ark", EmbeddingSet(one, ["a b"]))
    with pytest.raises(InputError, match="give the archive's name"):
        write_ark(tmp_path / "x.scp", EmbeddingSet(one, ["a"]))
    assert list(tmp_path.iterdir()) == []
