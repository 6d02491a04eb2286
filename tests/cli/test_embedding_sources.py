import numpy as np
import pytest

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.core import EmbeddingSet, InputError


@pytest.fixture
def folder(tmp_path):
    vectors = np.array([[1, 0], [0, 0], [np.inf, 1], [1, 1]], dtype=np.float32)
    EmbeddingSet(vectors, ["a", "zero", "inf", "b"]).save(tmp_path / "set")
    return tmp_path / "set"


def test_what_is_not_wanted_is_not_looked_at(folder):
    assert read_embeddings(folder, wanted={"b", "a", "elsewhere"}).utts == ["a", "b"]


def test_a_vector_without_direction_is_named(folder):
    with pytest.raises(InputError, match=r"set: the embedding of 'zero' is zero or not finite \(2 such\)"):
        read_embeddings(folder)


def test_vectors_without_direction_can_be_left_out(folder):
    assert read_embeddings(folder, skip_missing=True).utts == ["a", "b"]


def test_nothing_that_can_be_used_is_an_error_even_then(folder):
    with pytest.raises(InputError, match="'inf' is zero or not finite"):
        read_embeddings(folder, wanted={"inf"}, skip_missing=True)
    with pytest.raises(InputError, match="has none of the 1 utterances"):
        read_embeddings(folder, wanted={"x"})
