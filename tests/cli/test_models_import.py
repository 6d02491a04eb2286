import pytest
import torch

from kowairo.core import EmbeddingSet
from kowairo.models import EcapaGroupNorm, load_encoder


@pytest.fixture
def published(tmp_path):
    torch.manual_seed(0)
    state = EcapaGroupNorm(channels=(32, 32, 32, 32, 64)).backbone.state_dict()
    torch.save({f"backbone.{key}": value for key, value in state.items()}, tmp_path / "embedding_model.pth")
    return tmp_path / "embedding_model.pth"


def test_a_published_file_becomes_a_checkpoint_folder(run, published, tmp_path):
    status, out, _ = run("models", "import", "--source", published, "--out", tmp_path / "mine")
    assert status == 0
    assert out == f"{tmp_path / 'mine'}: EcapaGroupNorm with embeddings of 192, from embedding_model.pth\n"
    assert load_encoder(tmp_path / "mine").embedding_dim == 192


def test_a_folder_that_is_there_is_not_replaced(run, published, tmp_path):
    status, _, errors = run("models", "import", "--source", published, "--out", tmp_path)
    assert (status, errors) == (2, [f"kowairo: {tmp_path}: is there already; choose another folder"])


def test_commands_that_embed_take_the_file_itself(run, published, corpus, tmp_path):
    assert run("embed", "--encoder", published, "--corpus", corpus, "--out", tmp_path / "e")[0] == 0
    assert EmbeddingSet.load(tmp_path / "e").dim == 192


def test_weights_of_ge2e_are_taken_from_a_file_and_checked(run, tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.models.ge2e_weights.user_cache", lambda: tmp_path / "cache")
    (tmp_path / "weights.pt").write_bytes(b"other")
    status, _, errors = run("models", "get", "ge2e", "--from", tmp_path / "weights.pt")
    assert (status, len(errors)) == (2, 1)
    assert "the published file has 39373b86" in errors[0]
