import json
import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import torch

from kowairo.models import (
    EcapaGroupNorm,
    ExportMismatchError,
    MfccStatistics,
    NormalizedFbank,
    export_onnx,
    export_torchscript,
)
from kowairo.models.export import FACTS_NAME, check_onnx
from kowairo.testing import TinyEncoder

pytest.importorskip("onnxruntime")
DOCS = Path(__file__).parents[2] / "docs"


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


@pytest.mark.parametrize("write", [export_onnx, export_torchscript])
def test_a_file_that_disagrees_is_refused_and_not_written(tmp_path, write):
    with pytest.raises(ExportMismatchError, match="nothing was written"):
        write(_ForgetfulEncoder(), tmp_path / "model.pt")
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_another_encoder_disagrees(tmp_path):
    path = tmp_path / "model.onnx"
    export_onnx(MfccStatistics(), path)
    with pytest.raises(ExportMismatchError, match=r"cosine - 1\| = "):
        check_onnx(_reversed_statistics(), path, path=path)


@pytest.mark.filterwarnings("ignore:.*torch.jit.load.*deprecated:DeprecationWarning")
def test_a_torchscript_file_takes_batches_and_says_its_sample_rate(tmp_path):
    encoder = MfccStatistics()
    assert export_torchscript(encoder, tmp_path / "model.pt") >= 0.9999
    facts = {FACTS_NAME: ""}
    loaded = torch.jit.load(str(tmp_path / "model.pt"), _extra_files=facts)
    assert json.loads(facts[FACTS_NAME]) == {"sample_rate_hz": "16000", "min_samples": "1"}
    waveforms = torch.randn(3, 5000, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(loaded(waveforms), encoder(waveforms), rtol=1e-3, atol=1e-3)


@pytest.mark.slow
def test_a_tiny_encoder_agrees_with_its_torchscript_file(tmp_path):
    assert export_torchscript(TinyEncoder(), tmp_path / "model.pt") >= 0.9999


def _reversed_statistics():
    encoder = MfccStatistics()
    encoder.front_end.transform = encoder.front_end.transform.flip(1)
    return encoder


def test_an_exported_encoder_keeps_its_mode(tmp_path):
    encoder = MfccStatistics().train()
    export_onnx(encoder, tmp_path / "model.onnx")
    assert encoder.training


@pytest.mark.slow
def test_the_example_compares_two_files_by_onnxruntime_alone(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "export.md").read_text("utf-8"), flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    assert not re.search(r"torch|kowairo", code)
    (tmp_path / "compare.py").write_text(code)
    encoder = MfccStatistics()
    export_onnx(encoder, tmp_path / "model.onnx")
    samples = [_write(tmp_path / name, seed) for seed, name in enumerate(("a.wav", "b.wav"))]
    done = subprocess.run(
        [sys.executable, "compare.py", "model.onnx", "a.wav", "b.wav"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    a, b = (encoder(torch.from_numpy(one)[None])[0] for one in samples)
    assert float(done.stdout) == pytest.approx(torch.cosine_similarity(a, b, dim=0).item(), abs=2e-4)


def _write(path, seed):
    noise = np.random.default_rng(seed).normal(0, 2000, 9000 + 1000 * seed).cumsum() % 8000
    values = noise.astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(values.tobytes())
    return values / np.float32(32768)
