import numpy as np
import pytest
import torch

from kowairo.core import InputError
from kowairo.models import (
    KaldiFbank,
    ReDimNet,
    ReDimNetSize,
    ReDimNetStage,
    StatisticsPooling,
    build_encoder,
    export_onnx,
)
from kowairo.testing import check_encoder

# Every 24th value of the normalised embedding from WeSpeaker's networks with the same weights and features.
_WESPEAKER = {
    "B0": [0.0452, 0.0446, -0.0244, -0.1440, 0.0544, 0.0674, 0.0356, 0.0372],
    "B1": [0.0388, -0.0036, 0.0649, 0.0961, -0.0427, 0.0874, -0.0313, 0.0878],
    "B2": [-0.0731, -0.0011, -0.0895, 0.0124, -0.0886, 0.0670, -0.0704, 0.0488],
}
_TINY = ReDimNetSize(
    num_features=12,
    channels=4,
    block="convnext",
    group_channels=2,
    stages=(
        ReDimNetStage(stride=1, num_blocks=1, expansion=2, reduction=6),
        ReDimNetStage(stride=2, num_blocks=1, reduction=6),
    ),
)


def _tiny():
    torch.manual_seed(0)
    return ReDimNet(size=_TINY, embedding_dim=10, front_end=KaldiFbank(num_mels=12))


@pytest.mark.slow
def test_a_tiny_one_passes_the_contract():
    check_encoder(_tiny())


@pytest.mark.slow
@pytest.mark.parametrize("size", _WESPEAKER)
def test_embeddings_are_wespeakers(arithmetic_network, arithmetic_features, size):
    encoder = ReDimNet(size=size).eval()
    arithmetic_network(encoder.backbone)
    features = arithmetic_features(40, encoder.front_end.num_features)
    with torch.no_grad():
        embedding = torch.nn.functional.normalize(encoder.embed_features(features))
    np.testing.assert_allclose(embedding[0, ::24].numpy(), _WESPEAKER[size], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("size", _WESPEAKER)
def test_the_published_sizes_pass_the_contract(size):
    torch.manual_seed(0)
    check_encoder(ReDimNet(size=size))


@pytest.mark.slow
def test_the_exported_file_agrees(tmp_path):
    pytest.importorskip("onnxruntime")
    assert export_onnx(_tiny(), tmp_path / "model.onnx") >= 0.9999


@pytest.mark.slow
def test_a_size_is_named_by_a_configuration():
    config = {"class_path": "kowairo.models.ReDimNet", "init_args": {"size": "B0"}}
    assert build_encoder(config).front_end.num_features == 60


def test_an_unknown_size_is_refused():
    with pytest.raises(InputError, match="a size of B0, B1, B2, got 'B9'"):
        ReDimNet(size="B9")


def test_features_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="cannot divide 13 bands by stride 2"):
        ReDimNet(size=_TINY, front_end=KaldiFbank(num_mels=13))


def test_another_pooling_is_taken():
    pooling = StatisticsPooling(num_channels=48)
    encoder = ReDimNet(size=_TINY, pooling=pooling, front_end=KaldiFbank(num_mels=12))
    assert encoder.backbone.pool is pooling
    assert encoder.min_frames == 2
