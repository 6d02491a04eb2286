import pytest
import torch

from kowairo.core import InputError
from kowairo.enhance import ResidualMLP
from kowairo.models import EnhancedEncoder, build_encoder, export_onnx, load_encoder, save_checkpoint
from kowairo.models.ecapa_operations import PLAIN_OPERATIONS
from kowairo.testing import check_encoder

TRUNK = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [8, 8, 8, 8, 16],
        "attention_channels": 4,
        "res2net_scale": 2,
        "se_channels": 4,
        "embedding_dim": 6,
        "num_groups": 2,
        "front_end": {"class_path": "kowairo.models.NormalizedFbank", "init_args": {"num_mels": 20}},
    },
}


def configured(class_path, **init_args):
    return {
        "class_path": "kowairo.models.EnhancedEncoder",
        "init_args": {"encoder": TRUNK, "enhancer": {"class_path": class_path, "init_args": init_args}},
    }


CONFIG = configured("kowairo.enhance.ResidualMLP", dim=6, hidden_dim=4)


@pytest.fixture
def both():
    torch.manual_seed(0)
    encoder = build_encoder(CONFIG)
    torch.nn.init.normal_(encoder.enhancer.last.weight)
    return encoder.eval()


def test_it_passes_the_contract_of_encoders(both):
    check_encoder(both)


def test_the_enhancer_gets_embeddings_of_unit_length(both, noise):
    waveforms = noise(2, 8000)
    with torch.no_grad():
        plain = both.encoder(waveforms)
        expected = both.enhancer(plain / plain.norm(dim=1, keepdim=True))
        torch.testing.assert_close(both(waveforms), expected)
        torch.testing.assert_close(both.after(7.0 * plain), expected)


def test_the_dimension_is_the_enhancers(noise):
    encoder = build_encoder(configured("kowairo.enhance.AffineEnhancer", input_dim=6, output_dim=3))
    assert encoder.embedding_dim == 3
    assert encoder(noise(1, 8000)).shape == (1, 3)


def test_a_checkpoint_gives_the_same_embeddings(both, noise, tmp_path):
    save_checkpoint(both, tmp_path / "checkpoint", config=CONFIG)
    loaded = load_encoder(tmp_path / "checkpoint")
    assert {key.partition(".")[0] for key in loaded.state_dict()} == {"encoder", "enhancer"}
    with torch.no_grad():
        assert torch.equal(loaded(noise(1, 8000)), both(noise(1, 8000)))


@pytest.mark.slow
def test_an_export_gives_the_same_embeddings(both, tmp_path):
    assert both.for_export().encoder.operations is PLAIN_OPERATIONS
    assert export_onnx(both, tmp_path / "model.onnx") >= 0.9999


def test_what_is_no_enhancer_of_this_encoder_is_refused(both):
    with pytest.raises(InputError, match="ResidualMLP takes embeddings of dimension 5, the encoder gives 6"):
        EnhancedEncoder(encoder=both.encoder, enhancer=ResidualMLP(5))
    with pytest.raises(InputError, match="Linear does not say input_dim and output_dim"):
        EnhancedEncoder(encoder=both.encoder, enhancer=torch.nn.Linear(6, 6))
    for name in ("torch.nn.Linear", "os.system", "kowairo.models.nothing.Net"):
        with pytest.raises(InputError, match=r"does not say|is not a subclass|cannot import"):
            build_encoder(configured(name, dim=6))
    with pytest.raises(InputError, match="unexpected keyword argument 'depth'"):
        build_encoder(configured("kowairo.enhance.ResidualMLP", dim=6, depth=2))
