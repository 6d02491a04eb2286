import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.models import MfccStatistics, OnnxEncoder, export_onnx
from kowairo.models.quantize_onnx import quantize_onnx
from kowairo.testing import TinyEncoder

pytest.importorskip("onnxruntime")


@pytest.mark.slow
def test_8_bit_products_stay_near_the_whole_ones_and_the_first_two_stay_whole(tmp_path, noise):
    onnx = pytest.importorskip("onnx")
    export_onnx(TinyEncoder(), tmp_path / "whole.onnx")
    count = quantize_onnx(tmp_path / "whole.onnx", tmp_path / "small.onnx")
    kinds = [node.op_type for node in onnx.load(tmp_path / "small.onnx").graph.node]
    assert count == kinds.count("MatMulInteger") > 10
    assert "MatMul" in kinds[: kinds.index("MatMulInteger")]
    a, b = (OnnxEncoder(tmp_path / name)(noise(1, 16000)).numpy()[0] for name in ("whole.onnx", "small.onnx"))
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.98


def test_a_network_without_layers_is_refused(tmp_path):
    export_onnx(MfccStatistics(), tmp_path / "whole.onnx")
    with pytest.raises(InputError, match="no matrix products"):
        quantize_onnx(tmp_path / "whole.onnx", tmp_path / "small.onnx")
    assert not (tmp_path / "small.onnx").exists()
