"""Export to ONNX: waveform in, embedding out."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import nn

from kowairo.core import KowairoError, atomic_path

from .encoder import Encoder

_OPSET = 18
_MIN_COSINE = 0.9999
_CHECKED_LENGTHS = 24
_LONGEST_SAMPLES = 96000


class ExportMismatchError(KowairoError):
    """An exported file does not give the encoder's embeddings."""


def export_onnx(encoder: Encoder, path: Path) -> float:
    """Writes an ONNX file with the front end inside and checks it against the encoder.

    Input `waveform` (1, samples), float32 in [-1, 1], at least the encoder's min_samples samples (also in the
    file's metadata, with the sample rate; the repeating of shorter ones is not in the file). Output
    `embedding` (1, dim). The Fourier transform becomes a convolution. onnxruntime then embeds 24 random
    waveforms of as many lengths, from the shortest to 6 s; the file appears only if all agree with the
    encoder.

    Args:
        encoder: left as it is.
        path: the .onnx file to write.

    Returns:
        The least cosine seen in the check.

    Raises:
        ExportMismatchError: a cosine below 0.9999.
    """
    graph = _ExportGraph(encoder).eval()
    with atomic_path(path) as unfinished:
        _write(graph, unfinished, encoder)
        least = least_cosine(encoder, unfinished)
        if not least >= _MIN_COSINE:
            raise ExportMismatchError(
                f"{path}: the exported network agrees with the encoder only to cosine {least:.6f}, "
                f"{_MIN_COSINE} needed; nothing was written"
            )
    return least


def least_cosine(encoder: Encoder, path: Path) -> float:
    """The least cosine between embeddings of an encoder and of an ONNX file, over 24 lengths.

    Args:
        encoder: the reference.
        path: the file, with input `waveform` and output `embedding`.

    Returns:
        Least cosine; waveforms are seeded noise in syllables of changing colour, pace and level.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    training = encoder.training
    encoder.eval()
    cosines = []
    for waveform in _waveforms(encoder):
        with torch.no_grad():
            expected = encoder(waveform).double()
        (embedding,) = session.run(["embedding"], {"waveform": waveform.numpy()})
        cosines.append(torch.cosine_similarity(expected, torch.from_numpy(embedding).double()).item())
    encoder.train(training)
    return min(cosines)


def _waveforms(encoder: Encoder) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shortest = encoder.min_samples
    steps = torch.linspace(0.0, 1.0, _CHECKED_LENGTHS, dtype=torch.float64)
    lengths = [
        round(shortest * (max(_LONGEST_SAMPLES, shortest) / shortest) ** step.item()) for step in steps
    ]
    waveforms = []
    for i, length in enumerate(lengths):
        noise = torch.randn(1, length, generator=generator)
        # Syllables: features that do not change would leave a norm nothing but rounding to normalise.
        syllables = 0.02 + torch.sin(torch.arange(length) / (300.0 + 100.0 * (i % 7))).square()
        # Every third one exceeds 1, so that a peak rule is exercised.
        waveforms.append((0.05, 0.2, 0.8)[i % 3] * syllables * (noise + (i % 5) * noise.roll(1, dims=1)))
    return waveforms


class _ExportGraph(nn.Module):
    """The straight computation: no branches on lengths."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder.for_export()

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return self.encoder.embed_features(self.encoder.front_end.features(waveform))


def _write(graph: _ExportGraph, path: Path, encoder: Encoder) -> None:
    import onnx

    example = torch.zeros(1, 2 * max(16000, encoder.min_samples))
    # The exporter by tracing is deprecated in favour of the one by graph capture, which needs 15 s of CPU
    # time for the same graph where this one needs 1 s. The warnings say that it is deprecated, and that
    # lengths seen while tracing might be frozen in: the check over many lengths would find that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            (example,),
            str(path),
            input_names=["waveform"],
            output_names=["embedding"],
            opset_version=_OPSET,
            dynamo=False,
            dynamic_axes={"waveform": {1: "samples"}},
        )
    model = onnx.load(path)
    facts = {"sample_rate_hz": str(encoder.sample_rate_hz), "min_samples": str(encoder.min_samples)}
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, path)
