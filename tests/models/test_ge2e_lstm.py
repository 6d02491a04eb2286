import pytest
import torch

from kowairo.core import InputError
from kowairo.models import Ge2eLstm
from kowairo.testing.encoder import check_encoder


def seeded(**options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Ge2eLstm(**options).eval()


def waveform(samples, *, level=0.3):
    time = torch.arange(samples) / 16000
    return level * torch.sin(2 * torch.pi * (140 + 20 * torch.sin(5 * time)) * time).unsqueeze(0)


@pytest.mark.slow
def test_it_keeps_the_contract_of_encoders():
    check_encoder(seeded(silences="kept"))


@pytest.mark.slow
def test_it_keeps_the_contract_of_encoders_with_silences_trimmed():
    pytest.importorskip("webrtcvad")
    check_encoder(seeded())


def test_the_embedding_is_the_mean_of_the_parts_embeddings():
    encoder = seeded(silences="kept")
    long = waveform(40000)
    with torch.no_grad():
        parts = [encoder(long[:, start : start + 25600]) for start in (0, 77 * 160)]
        mel = encoder.front_end(long)
        alone = [encoder.embed_features(mel[:, start : start + 160]) for start in (0, 77)]
        torch.testing.assert_close(encoder(long), torch.stack(alone).mean(dim=0))
    # The edges of parts cut out of the waveform differ from those of parts cut out of its features.
    assert torch.cosine_similarity(torch.stack(parts).mean(dim=0), encoder(long)).item() > 0.99


def test_it_has_resemblyzers_keys_and_size():
    encoder = seeded()
    assert sum(p.numel() for p in encoder.parameters()) == 1_423_616
    assert "backbone.lstm.weight_hh_l2" in encoder.state_dict()
    assert encoder.embedding_dim == 256


def test_the_level_of_quiet_recordings_plays_no_part():
    encoder = seeded(silences="kept")
    with torch.no_grad():
        torch.testing.assert_close(
            encoder(waveform(20000, level=0.001)), encoder(waveform(20000, level=0.01))
        )


def test_another_word_for_silences_is_refused():
    with pytest.raises(InputError, match='"trimmed" or "kept"'):
        Ge2eLstm(silences="loud")
