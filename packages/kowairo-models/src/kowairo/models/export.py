"""Export to ONNX and TorchScript: waveforms in, embeddings out."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import torch
from torch import nn

from kowairo.core import atomic_path

from .encoder import Encoder
from .export_check import check_export

_OPSET = 18
FACTS_NAME = "kowairo.json"
"""Name of the text in a TorchScript file that says sample rate and least length."""


def export_onnx(encoder: Encoder, path: Path) -> float:
    """Writes an ONNX file with the front end inside and checks it against the encoder.

    Input `waveform` (batch, samples), float32 in [-1, 1], utterances of one length of at least the encoder's
    min_samples samples (also in the file's metadata, with the sample rate; the repeating of shorter ones is
    not in the file). Output `embedding` (batch, dim). The Fourier transform becomes a convolution. The file
    appears only if onnxruntime's embeddings by it agree with the encoder (`check_export`).

    Args:
        encoder: left as it is.
        path: the .onnx file to write.

    Returns:
        The least cosine seen in the check.

    Raises:
        ExportMismatchError: a cosine differs from 1 by more than 1e-4.
    """
    with atomic_path(path) as unfinished:
        _write_onnx(encoder, unfinished)
        return check_onnx(encoder, unfinished, path=path)


def check_onnx(encoder: Encoder, file: Path, *, path: Path) -> float:
    """`check_export` of an ONNX file with input `waveform` and output `embedding`.

    Args:
        encoder: the reference.
        file: the ONNX file.
        path: its name to be, for the message.

    Returns:
        The least cosine.

    Raises:
        ExportMismatchError: a cosine differs from 1 by more than 1e-4.
    """
    from .onnx_session import open_session

    session = open_session(file.read_bytes(), source=str(path))

    def embed(waveforms: torch.Tensor) -> torch.Tensor:
        (embeddings,) = session.run(["embedding"], {"waveform": waveforms.numpy()})
        return torch.from_numpy(embeddings)

    return check_export(encoder, embed, path=path)


def export_torchscript(encoder: Encoder, path: Path) -> float:
    """Writes a TorchScript file with the front end inside and checks it against the encoder.

    For libtorch, in C++ and on phones: (batch, samples) float32 in [-1, 1] to (batch, dim), as in
    `export_onnx`. Sample rate and least length are JSON in the file, under `kowairo.json`. Loading a
    TorchScript file runs what is in it: load those of people you trust, and prefer ONNX elsewhere.

    Args:
        encoder: left as it is.
        path: the .pt file to write.

    Returns:
        The least cosine seen in the check.

    Raises:
        ExportMismatchError: a cosine differs from 1 by more than 1e-4.
    """
    graph, example = _ExportGraph(encoder).eval(), _example(encoder)
    with atomic_path(path) as unfinished, warnings.catch_warnings(), torch.no_grad():
        # torch.jit is called deprecated in favour of torch.export, whose files libtorch on a phone does not
        # read; and lengths seen while tracing might be frozen in, which the check would find.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(graph, (example,), check_trace=False)  # type: ignore[no-untyped-call]  # torch's
        traced = torch.jit.freeze(traced)
        traced.save(str(unfinished), _extra_files={FACTS_NAME: json.dumps(_facts(encoder))})
        loaded = torch.jit.load(str(unfinished))  # type: ignore[no-untyped-call]  # torch's
        return check_export(encoder, loaded, path=path)


class _ExportGraph(nn.Module):
    """The straight computation: no branches on lengths."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder.for_export()

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return self.encoder.embed_features(self.encoder.front_end.features(waveform))


def _facts(encoder: Encoder) -> dict[str, str]:
    return {"sample_rate_hz": str(encoder.sample_rate_hz), "min_samples": str(encoder.min_samples)}


def _example(encoder: Encoder) -> torch.Tensor:
    """Two rows: where a network treats one alone differently, the file must not."""
    return torch.zeros(2, 2 * max(16000, encoder.min_samples))


def _write_onnx(encoder: Encoder, path: Path) -> None:
    import onnx

    # The exporter by tracing is deprecated in favour of the one by graph capture, which needs 15 s of CPU
    # time for the same graph where this one needs 1 s. The warnings say that it is deprecated, and that
    # lengths seen while tracing might be frozen in: the check over many lengths would find that.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _ExportGraph(encoder).eval(),
            (_example(encoder),),
            str(path),
            input_names=["waveform"],
            output_names=["embedding"],
            opset_version=_OPSET,
            dynamo=False,
            dynamic_axes={"waveform": {0: "batch", 1: "samples"}, "embedding": {0: "batch"}},
        )
    model = onnx.load(path)
    onnx.helper.set_model_props(model, _facts(encoder))
    onnx.save(model, path)
