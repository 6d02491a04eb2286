import pytest
import torch

from kowairo.core import InputError
from kowairo.models import (
    AttentiveStatisticsPooling,
    CamPlusPlus,
    KaldiFbank,
    MeanNormalized,
    build_encoder,
    export_onnx,
)
from kowairo.testing import check_encoder


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    front_end = MeanNormalized(front_end=KaldiFbank(num_mels=24))
    return CamPlusPlus(growth_channels=4, first_channels=16, embedding_dim=12, front_end=front_end).eval()


@pytest.mark.slow
def test_a_small_one_passes_the_contract(encoder):
    check_encoder(encoder)


@pytest.mark.slow
def test_the_published_sizes_pass_the_contract():
    torch.manual_seed(0)
    check_encoder(CamPlusPlus())


@pytest.mark.slow
def test_the_published_sizes_have_937_tensors_and_6848544_parameters():
    encoder = CamPlusPlus()
    assert len(encoder.backbone.state_dict()) == 937
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 6_848_544


@pytest.mark.slow
def test_embeddings_are_those_of_3d_speakers_network():
    reference = pytest.importorskip("speakerlab.models.campplus.DTDNN")
    torch.manual_seed(0)
    encoder = CamPlusPlus().eval()
    network = reference.CAMPPlus(feat_dim=80, embedding_size=192).eval()
    network.load_state_dict(encoder.backbone.state_dict())
    for frames in (3, 199, 200, 201, 450):
        features = torch.randn(2, frames, 80)
        torch.testing.assert_close(encoder.embed_features(features), network(features), atol=1e-4, rtol=1e-4)


@pytest.mark.slow
def test_the_exported_file_agrees_at_lengths_that_are_no_multiple_of_a_segment(encoder, tmp_path):
    pytest.importorskip("onnxruntime")
    assert export_onnx(encoder, tmp_path / "model.onnx") >= 0.9999


def test_three_frames_are_the_least(encoder):
    assert encoder.min_frames == 3
    assert encoder.min_samples == 400 + 2 * 160
    assert encoder.embed_features(torch.zeros(1, 3, 24)).shape == (1, 12)
    with pytest.raises(InputError, match="time >= 2"):
        encoder.embed_features(torch.zeros(1, 2, 24))


def test_another_pooling_comes_from_a_configuration():
    sizes = {"growth_channels": 4, "first_channels": 16}
    pooling = {"class_path": "kowairo.models.AttentiveStatisticsPooling", "init_args": {"num_channels": 64}}
    arguments = {**sizes, "pooling": pooling}
    encoder = build_encoder({"class_path": "kowairo.models.CamPlusPlus", "init_args": arguments})
    assert isinstance(encoder.backbone.stats, AttentiveStatisticsPooling)


def test_a_pooling_of_other_channels_is_refused():
    pooling = AttentiveStatisticsPooling(num_channels=64)
    with pytest.raises(InputError, match="give it num_channels=512"):
        CamPlusPlus(pooling=pooling)
