from pathlib import Path

import numpy as np
import pytest
import torch

from kowairo.core import InputError, user_cache
from kowairo.models import CamPlusPlus, campplus_weights, load_encoder, read_card
from kowairo.models.campplus_weights import convert_campplus, fetch_campplus


@pytest.fixture(scope="module")
def published():
    """The checkpoint folder of the published weights in this user's cache."""
    folder = user_cache() / campplus_weights.NAME
    if not folder.is_dir():
        pytest.skip("the weights of CAM++ are not in this user's cache")
    return load_encoder(folder)


@pytest.mark.slow
def test_the_published_weights_give_the_embedding_of_3d_speakers_own_code(published):
    n = np.arange(24000)
    t = n / 16000
    tone = 0.2 * np.sin(2 * np.pi * (150 * t + 20 * np.sin(6 * np.pi * t))) * (1 + np.sin(8 * np.pi * t))
    samples = tone + 0.02 * ((n * n * 7919) % 1009 / 1009 - 0.5)
    with torch.no_grad():
        embedding = published(torch.from_numpy(samples).float().unsqueeze(0))[0]
    # Every 24th value from speakerlab's CAMPPlus over torchaudio's Kaldi fbank.
    expected = [-1.0467, -2.0284, -0.2463, 0.0686, 0.3752, -0.3504, 0.2783, -0.8059]
    np.testing.assert_allclose(embedding[::24].numpy(), expected, atol=1e-3)


@pytest.mark.slow
def test_a_file_of_weights_becomes_a_checkpoint_folder(tmp_path):
    encoder = CamPlusPlus().eval()
    torch.save(encoder.backbone.state_dict(), tmp_path / "weights.pt")
    convert_campplus(tmp_path / "weights.pt", tmp_path / "cache" / "campplus")
    loaded = load_encoder(tmp_path / "cache" / "campplus")
    waveforms = torch.linspace(-0.5, 0.5, 4000).sin().unsqueeze(0)
    assert torch.equal(loaded(waveforms), encoder(waveforms))
    card = read_card(tmp_path / "cache" / "campplus")
    assert card["licence"] == "Apache-2.0"
    assert "eer" in card["operating_points"]["points"]


def test_other_weights_than_the_published_are_refused_by_their_digest(tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"other")
    with pytest.raises(InputError, match="the published file has 92f29b94"):
        fetch_campplus(tmp_path / "campplus", source=tmp_path / "weights.pt")
    assert not (tmp_path / "campplus").exists()


def test_a_folder_that_is_there_is_not_made_again(tmp_path):
    assert fetch_campplus(tmp_path, source=Path("absent")) == tmp_path
