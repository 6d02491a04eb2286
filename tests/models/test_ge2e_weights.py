import numpy as np
import pytest
import torch

from kowairo.core import InputError, user_cache
from kowairo.models import Ge2eLstm, ge2e_weights, load_encoder, read_card
from kowairo.models.ge2e_weights import convert_ge2e, fetch_ge2e


@pytest.fixture
def published():
    """The checkpoint folder of the published weights in this user's cache."""
    folder = user_cache() / ge2e_weights.NAME
    pytest.importorskip("webrtcvad")
    if not folder.is_dir():
        pytest.skip("the weights of GE2E are not in this user's cache")
    return load_encoder(folder)


def test_the_published_weights_give_the_embedding_of_resemblyzers_own_code(published):
    n = np.arange(52000)
    t = n / 16000
    tone = 0.2 * np.sin(2 * np.pi * (150 * t + 20 * np.sin(6 * np.pi * t))) * (1 + np.sin(8 * np.pi * t))
    samples = (tone + 0.02 * ((n * n * 7919) % 1009 / 1009 - 0.5)).astype(np.float32)
    samples[20000:36000] *= 0.001
    with torch.no_grad():
        embedding = torch.nn.functional.normalize(published(torch.from_numpy(samples).unsqueeze(0)))[0]
    # Every 32nd value of preprocess_wav and embed_utterance of Resemblyzer 0.1.4 with librosa 0.11.
    expected = [0.0, 0.0056, 0.0070, 0.0729, 0.1384, 0.0092, 0.0, 0.0701]
    np.testing.assert_allclose(embedding[::32].numpy(), expected, atol=1e-4)


@pytest.fixture
def weights(tmp_path):
    """A file as Resemblyzer's, with random weights."""
    torch.manual_seed(1)
    state = dict(Ge2eLstm().backbone.state_dict())
    state |= {"similarity_weight": torch.ones(1), "similarity_bias": torch.zeros(1)}
    torch.save({"step": 1, "model_state": state, "optimizer_state": {}}, tmp_path / "pretrained.pt")
    return tmp_path / "pretrained.pt"


def test_a_file_of_weights_becomes_a_checkpoint_folder(weights, tmp_path):
    convert_ge2e(weights, tmp_path / "cache" / "ge2e")
    loaded = load_encoder(tmp_path / "cache" / "ge2e")
    expected = torch.load(weights, weights_only=True)["model_state"]["linear.weight"]
    assert torch.equal(loaded.backbone["linear"].weight, expected)
    card = read_card(tmp_path / "cache" / "ge2e")
    assert card["licence"] == "Apache-2.0"
    assert "eer" in card["operating_points"]["points"]


def test_other_weights_than_the_published_are_refused_by_their_digest(weights, tmp_path):
    with pytest.raises(InputError, match="the published file has 39373b86"):
        fetch_ge2e(tmp_path / "ge2e", source=weights)
    assert not (tmp_path / "ge2e").exists()


def test_a_folder_that_is_there_is_not_made_again(tmp_path):
    assert fetch_ge2e(tmp_path, source=tmp_path / "absent") == tmp_path


@pytest.mark.parametrize(
    ("content", "message"),
    [({"model": {}}, "no state under model_state"), ({"model_state": {"x": torch.ones(1)}}, "unexpected: x")],
)
def test_another_file_is_refused(tmp_path, content, message):
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(InputError, match=message):
        convert_ge2e(tmp_path / "x.pt", tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "message"), [(b"no", "not a file of plain tensors"), (None, "no such file")]
)
def test_a_broken_or_missing_file_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        convert_ge2e(tmp_path / "x.pt", tmp_path / "out")
