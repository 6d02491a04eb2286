import pytest

from kowairo.cli.set_folders import embedding_sets
from kowairo.core import InputError


def test_a_folder_of_sets_gives_them_by_name(embeddings):
    assert [name for name, _ in embedding_sets(embeddings)] == ["test", "train"]


def test_a_set_has_no_name(embeddings):
    ((name, vectors),) = embedding_sets(embeddings / "test")
    assert (name, len(vectors)) == ("", 24)


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no embedding set"):
        list(embedding_sets(tmp_path))
