import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, read_npy_folder
from kowairo.enhance.npy_tree import write_npy_tree


def test_what_is_written_is_read_back(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    embeddings = EmbeddingSet(vectors, ["a/x/1", "a/y/1", "b"])
    write_npy_tree(embeddings, tmp_path / "tree")
    found = read_npy_folder(tmp_path / "tree")
    assert found.utts == embeddings.utts
    assert np.array_equal(found.vectors, vectors)


@pytest.mark.parametrize("utt", ["../a", "/etc/a"])
def test_ids_that_lead_out_of_the_folder_are_refused(tmp_path, utt):
    with pytest.raises(InputError, match="is no path below a folder"):
        write_npy_tree(EmbeddingSet(np.ones((1, 2), dtype=np.float32), [utt]), tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
