import pytest
import torch

from kowairo.core import InputError, encoder_folders
from kowairo.models import build_encoder, from_pretrained, save_checkpoint

_CONFIG = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {"channels": [16, 16, 16, 16, 32], "res2net_scale": 2, "num_groups": 4},
}


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return build_encoder(_CONFIG).eval()


def test_a_shipped_encoder_works_at_once_in_float32(encoder, noise, tmp_path, monkeypatch):
    save_checkpoint(encoder, tmp_path / "base", config=_CONFIG, storage=torch.float16)
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path)
    found = from_pretrained("base")
    assert {parameter.dtype for parameter in found.parameters()} == {torch.float32}
    assert not found.training
    torch.testing.assert_close(found(noise(1, 9000)), encoder(noise(1, 9000)), atol=0.02, rtol=0.02)


def test_a_folder_is_loaded_too(encoder, noise, tmp_path):
    save_checkpoint(encoder, tmp_path / "mine", config=_CONFIG)
    assert torch.equal(from_pretrained(tmp_path / "mine")(noise(1, 9000)), encoder(noise(1, 9000)))


def test_an_encoder_that_is_not_there_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(InputError, match="kowairo models get campplus"):
        from_pretrained("campplus")
