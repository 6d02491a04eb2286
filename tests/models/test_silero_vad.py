import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from kowairo.core import InputError, read_wav_scp
from kowairo.data import read_audio
from kowairo.models import SileroVad, silero_vad
from kowairo.testing.tones import tone_voice


@pytest.fixture(scope="module")
def installed():
    spec = importlib.util.find_spec("silero_vad")
    if spec is None:
        pytest.skip("silero-vad is not installed")
    return Path(spec.origin).parent / "data"


_ONNX_NAMES = {
    "stft_conv.weight": "model.stft.forward_basis_buffer",
    **{
        f"conv{i + 1}.{kind}": f"model.encoder.{i}.reparam_conv.{kind}"
        for i in range(4)
        for kind in ("weight", "bias")
    },
    **{
        f"lstm_cell.{name}": f"model.decoder.rnn.{name}"
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    },
    **{f"final_conv.{kind}": f"model.decoder.decoder.2.{kind}" for kind in ("weight", "bias")},
}


def _published_probabilities(path, samples):
    """The wheel's ONNX file, frame by frame as its own wrapper feeds it."""
    session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
    samples = np.pad(samples, (0, -len(samples) % 512)).astype(np.float32)
    state, context, found = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32), []
    for start in range(0, len(samples), 512):
        frame = np.concatenate([context, samples[None, start : start + 512]], axis=1)
        out, state = session.run(None, {"input": frame, "state": state, "sr": np.array(16000)})
        found.append(out[0, 0])
        context = frame[:, -64:]
    return np.array(found)


def test_with_the_weights_of_the_onnx_file_probabilities_are_those_of_the_onnx_file(installed, tmp_path):
    # The wheel's two files are two trainings of one network, so the ONNX file's weights go into ours.
    onnx, path = pytest.importorskip("onnx"), installed / "silero_vad_16k_op15.onnx"
    initial = {one.name: onnx.numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    state = {ours: torch.from_numpy(initial[theirs].copy()) for ours, theirs in _ONNX_NAMES.items()}
    save_file(state, tmp_path / "x.safetensors")
    rng = np.random.default_rng(0)
    voice = np.concatenate([0.01 * rng.standard_normal(8000), tone_voice(3, 1.0, rng), np.zeros(5000)])
    with torch.no_grad():
        ours = SileroVad.load(tmp_path / "x.safetensors")(torch.from_numpy(voice).float()).numpy()
    np.testing.assert_allclose(ours, _published_probabilities(path, voice), atol=2e-4)


def test_blocks_change_nothing(installed, monkeypatch):
    network = SileroVad.load()
    samples = torch.from_numpy(tone_voice(1, 0.8, np.random.default_rng(1)))
    with torch.no_grad():
        whole = network(samples)
        monkeypatch.setattr(silero_vad, "_BLOCK_FRAMES", 7)
        assert torch.allclose(network(samples), whole, atol=1e-6)
    assert whole.shape == (25,)


@pytest.mark.slow
def test_words_are_speech_and_noise_is_not(installed, data_dir):
    line = next(iter(read_wav_scp(data_dir / "voices" / "dev" / "wav.scp").values()))
    with torch.no_grad():
        network = SileroVad.load()
        spoken = network(torch.from_numpy(read_audio(line))).mean().item()
        noise = network(0.1 * torch.randn(32000, generator=torch.Generator().manual_seed(0))).mean().item()
    assert spoken > 0.5
    assert noise < 0.1


def test_another_file_is_refused_with_its_keys(tmp_path):
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(InputError, match="1 unexpected: x"):
        SileroVad.load(tmp_path / "x.safetensors")


@pytest.mark.parametrize(("content", "message"), [(b"no", "not a safetensors file"), (None, "no such file")])
def test_a_broken_or_missing_file_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=message):
        SileroVad.load(tmp_path / "x.safetensors")


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(silero_vad, "PACKAGE", "no_such_package_here")
    with pytest.raises(InputError, match="pip install silero-vad"):
        SileroVad.load()
