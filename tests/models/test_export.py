import pytest
import torch

from kowairo.models import EcapaGroupNorm, ExportMismatchError, MfccStatistics, NormalizedFbank, export_onnx
from kowairo.models.export import least_cosine
from kowairo.testing import TinyEncoder

pytest.importorskip("onnxruntime")


class _ForgetfulEncoder(MfccStatistics):
    """Computes something else in its export."""

    def for_export(self):
        copied = super().for_export()
        copied.front_end.transform = copied.front_end.transform.flip(1)
        return copied


@pytest.mark.slow
def test_a_tiny_encoder_agrees_with_its_file(tmp_path):
    assert export_onnx(TinyEncoder(), tmp_path / "model.onnx") >= 0.9999


@pytest.mark.slow
@pytest.mark.parametrize("front_end", [None, NormalizedFbank(hop_s=0.020)], ids=["speechbrain", "normalized"])
def test_the_small_encoder_agrees_with_its_file(tmp_path, front_end):
    torch.manual_seed(0)
    encoder = EcapaGroupNorm(channels=(64,) * 4 + (192,), num_groups=2, front_end=front_end)
    assert export_onnx(encoder, tmp_path / "model.onnx") >= 0.9999


def test_mfcc_statistics_agree_with_their_file(tmp_path):
    assert export_onnx(MfccStatistics(), tmp_path / "model.onnx") >= 0.9999


def test_the_file_says_sample_rate_and_least_length(tmp_path):
    onnx = pytest.importorskip("onnx")
    export_onnx(MfccStatistics(), tmp_path / "model.onnx")
    facts = {p.key: p.value for p in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert facts == {"sample_rate_hz": "16000", "min_samples": "1"}


def test_a_file_that_disagrees_is_refused_and_not_written(tmp_path):
    with pytest.raises(ExportMismatchError, match="nothing was written"):
        export_onnx(_ForgetfulEncoder(), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_two_encoders_disagree(tmp_path):
    export_onnx(MfccStatistics(), tmp_path / "model.onnx")
    assert least_cosine(_reversed_statistics(), tmp_path / "model.onnx") < 0.9999


def _reversed_statistics():
    encoder = MfccStatistics()
    encoder.front_end.transform = encoder.front_end.transform.flip(1)
    return encoder


def test_an_exported_encoder_keeps_its_mode(tmp_path):
    encoder = MfccStatistics().train()
    export_onnx(encoder, tmp_path / "model.onnx")
    assert encoder.training
