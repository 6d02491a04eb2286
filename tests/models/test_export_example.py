"""The example of docs/export.md runs as it stands there."""

import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import torch

from kowairo.models import MfccStatistics, export_onnx

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_the_example_compares_two_files_by_onnxruntime_alone(tmp_path):
    pytest.importorskip("onnxruntime")
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
