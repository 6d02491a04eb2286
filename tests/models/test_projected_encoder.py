import pytest
import torch

from kowairo.core import InputError
from kowairo.models import (
    KaldiFbank,
    MfccStatistics,
    ProjectedEncoder,
    XVector,
    build_encoder,
    export_onnx,
    load_encoder,
    save_checkpoint,
)
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
CONFIG = {
    "class_path": "kowairo.models.ProjectedEncoder",
    "init_args": {"encoder": TRUNK, "projection_dim": 4},
}


@pytest.fixture
def projected():
    torch.manual_seed(0)
    encoder = build_encoder(CONFIG)
    torch.nn.init.normal_(encoder.projection.weight)
    return encoder.eval()


def test_it_passes_the_contract_of_encoders(projected):
    check_encoder(projected)


def test_embeddings_are_the_trunks_times_the_projection(projected, noise):
    waveforms = noise(2, 8000)
    with torch.no_grad():
        expected = projected.encoder(waveforms) @ projected.projection.weight.T
        torch.testing.assert_close(projected(waveforms), expected)
        torch.testing.assert_close(projected.after(projected.encoder(waveforms)), expected)
    assert projected.embedding_dim == 4


def test_without_a_dimension_it_starts_as_the_trunk(noise):
    trunk = MfccStatistics(front_end=KaldiFbank(num_mels=20))
    waveforms = noise(2, 8000)
    torch.testing.assert_close(ProjectedEncoder(encoder=trunk)(waveforms), trunk(waveforms))


def test_sizes_and_the_front_end_are_the_trunks():
    trunk = XVector(hidden_channels=8, pooled_channels=8, embedding_dim=6, front_end=KaldiFbank(num_mels=20))
    projected = ProjectedEncoder(encoder=trunk)
    assert projected.front_end is trunk.front_end
    assert (projected.min_frames, projected.min_samples) == (trunk.min_frames, trunk.min_samples)


def test_a_checkpoint_holds_every_tensor_once(projected, noise, tmp_path):
    save_checkpoint(projected, tmp_path / "checkpoint", config=CONFIG)
    loaded = load_encoder(tmp_path / "checkpoint")
    assert {key.partition(".")[0] for key in loaded.state_dict()} == {"encoder", "projection"}
    with torch.no_grad():
        assert torch.equal(loaded(noise(1, 8000)), projected(noise(1, 8000)))


def test_an_export_gives_the_same_embeddings(projected, tmp_path):
    copied = projected.for_export()
    assert copied.encoder.operations is PLAIN_OPERATIONS
    assert projected.encoder.operations is not PLAIN_OPERATIONS
    assert export_onnx(projected, tmp_path / "model.onnx") >= 0.9999


def test_a_trunk_that_is_no_encoder_is_refused():
    front_end = {"class_path": "kowairo.models.NormalizedFbank"}
    with pytest.raises(InputError, match="not a subclass"):
        build_encoder({**CONFIG, "init_args": {"encoder": front_end}})


def test_a_dimension_that_is_not_positive_is_refused():
    with pytest.raises(InputError, match="positive projection_dim"):
        ProjectedEncoder(encoder=MfccStatistics(), projection_dim=0)


def test_the_trunk_can_be_opened_layer_by_layer(projected):
    # What rules of learning rates by layer need; a parameter beside layers would close the whole.
    assert not list(projected.parameters(recurse=False))
