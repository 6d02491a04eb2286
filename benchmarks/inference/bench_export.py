"""Size and speed of exported files: ONNX, 8 bits, TorchScript, and OpenVINO where it is installed.

    python benchmarks/inference/bench_export.py --data DIR [--encoder base] [--checkpoint DIR]

CPU time on one thread from decoded waveforms of 1 to 12 s, every runtime in turn on each; cosines are to the
encoder in float32, centred ones after its mean embedding is subtracted.
"""

import argparse
import importlib.util
import logging
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from extraction_files import make_files

from kowairo.data import read_audio
from kowairo.models import Encoder, export_onnx, export_torchscript, from_pretrained, load_encoder
from kowairo.models.onnx_session import open_session
from kowairo.models.quantize_onnx import quantize_onnx

Embed = Callable[[torch.Tensor], torch.Tensor]


def onnx_runner(path: Path) -> Embed:
    """By onnxruntime."""
    session = open_session(path.read_bytes(), source=str(path))
    return lambda waveform: torch.from_numpy(session.run(None, {"waveform": waveform.numpy()})[0])


def openvino_runner(path: Path, precision: str) -> Embed:
    """By OpenVINO's CPU plug-in."""
    import openvino

    options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    compiled = openvino.Core().compile_model(str(path), "CPU", options)
    request = compiled.create_infer_request()
    return lambda waveform: torch.from_numpy(request.infer([waveform.numpy()])[0].copy())


def runners(encoder: Encoder, folder: Path) -> dict[str, tuple[Path | None, Embed]]:
    """Everything that computes this encoder: its file, if any, and how."""
    whole, small, script = folder / "model.onnx", folder / "model.int8.onnx", folder / "model.pt"
    export_onnx(encoder, whole)
    quantize_onnx(whole, small)
    export_torchscript(encoder, script)
    found: dict[str, tuple[Path | None, Embed]] = {
        "kowairo, fp32": (None, encoder.for_inference(torch.float32)),
        "kowairo, bf16": (None, encoder.for_inference(torch.bfloat16)),
        "ONNX, onnxruntime": (whole, onnx_runner(whole)),
        "ONNX int8, onnxruntime": (small, onnx_runner(small)),
        "TorchScript": (script, torch.jit.load(str(script))),
    }
    if importlib.util.find_spec("openvino") is not None:
        for precision in ("f32", "bf16"):
            found[f"ONNX, OpenVINO {precision}"] = (whole, openvino_runner(whole, precision))
    return found


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with voices/dev")
    parser.add_argument("--encoder", default="base", help="name of a shipped encoder")
    parser.add_argument("--checkpoint", type=Path, help="checkpoint folder, in place of a name")
    parser.add_argument("--files", type=int, default=24)
    args = parser.parse_args()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    encoder = (load_encoder(args.checkpoint) if args.checkpoint else from_pretrained(args.encoder)).eval()
    with TemporaryDirectory() as folder, torch.inference_mode():
        paths = make_files(args.data / "voices" / "dev", Path(folder), args.files)
        waveforms = [torch.from_numpy(read_audio(path))[None] for path in paths]
        ways = runners(encoder, Path(folder))
        expected = torch.cat([encoder(waveform) for waveform in waveforms]).double()
        taken = dict.fromkeys(ways, 0.0)
        embeddings: dict[str, list[torch.Tensor]] = {name: [] for name in ways}
        for embed in (embed for _, embed in ways.values()):
            embed(waveforms[0])
            embed(waveforms[1])
        for waveform in waveforms:
            for name, (_, embed) in ways.items():
                start = time.process_time()
                embeddings[name].append(embed(waveform))
                taken[name] += time.process_time() - start
        sizes = {name: path and path.stat().st_size / 2**20 for name, (path, _) in ways.items()}
    audio_s = sum(waveform.shape[1] for waveform in waveforms) / 16000
    mean = expected.mean(dim=0)
    print(f"{args.checkpoint or args.encoder}, {args.files} files, torch {torch.__version__}")
    print("| file and runtime | MiB | real-time factor | xRT | 1 - least cosine | least centred cosine |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, rows in embeddings.items():
        actual = torch.cat(rows).double()
        cosine = torch.cosine_similarity(actual, expected).min().item()
        centred = torch.cosine_similarity(actual - mean, expected - mean).min().item()
        size = "" if sizes[name] is None else f"{sizes[name]:.1f}"
        print(
            f"| {name} | {size} | {taken[name] / audio_s:.4f} | {audio_s / taken[name]:.0f} "
            f"| {1 - cosine:.1e} | {centred:.6f} |"
        )


if __name__ == "__main__":
    main()
