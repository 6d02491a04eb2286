import pytest

from kowairo.core import EmbeddingSet
from kowairo.enhance import LinearNetV3, save_enhancer


@pytest.mark.slow
def test_a_net_is_applied_to_every_set_of_a_folder(run, embeddings, tmp_path):
    save_enhancer(LinearNetV3(8, activation="ELU"), tmp_path / "net")
    options = ["--embeddings", embeddings, "--enhancer", tmp_path / "net", "--out", tmp_path / "better"]
    assert run("enhance", "apply", *options)[0] == 0
    for name in ("train", "test"):
        assert EmbeddingSet.load(tmp_path / "better" / name).utts == EmbeddingSet.load(embeddings / name).utts
