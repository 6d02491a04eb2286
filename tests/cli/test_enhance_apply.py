import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_npy_folder
from kowairo.enhance import LinearNetV3, save_enhancer


@pytest.fixture
def net(tmp_path):
    save_enhancer(LinearNetV3(8, activation="ELU"), tmp_path / "net")
    return tmp_path / "net"


@pytest.mark.slow
def test_a_net_is_applied_to_every_set_of_a_folder(run, embeddings, net, tmp_path):
    options = ["--embeddings", embeddings, "--enhancer", net, "--out", tmp_path / "better"]
    assert run("enhance", "apply", *options)[0] == 0
    for name in ("train", "test"):
        assert EmbeddingSet.load(tmp_path / "better" / name).utts == EmbeddingSet.load(embeddings / name).utts


@pytest.mark.slow
def test_listed_files_become_files_with_the_trained_weights(run, embeddings, net, tmp_path):
    (tmp_path / "list").write_text("s0 s0-1.wav\ns3 s3-2.npy\ns3 s3-2\n")
    options = ["--embeddings", embeddings / "test", "--enhancer", net, "--out", tmp_path / "tree"]
    more = ["--files", tmp_path / "list", "--form", "npy"]
    assert run("enhance", "apply", *options, *more)[0] == 0
    assert run("enhance", "apply", *options[:-1], tmp_path / "set")[0] == 0
    tree, whole = read_npy_folder(tmp_path / "tree"), EmbeddingSet.load(tmp_path / "set")
    assert tree.utts == ["s0-1", "s3-2"]
    assert np.allclose(tree.vectors, whole.rows(tree.utts), atol=1e-6)
    (tmp_path / "list").write_text("s0 s0-9.wav\n")
    status, _, errors = run("enhance", "apply", *options, *more)
    assert status == 2
    assert errors == [f"kowairo: {tmp_path / 'list'}: no embedding of 's0-9.wav' (1 missing)"]
