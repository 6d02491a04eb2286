"""Command `kowairo export`."""

import shutil
from pathlib import Path

from kowairo.core import atomic_folder
from kowairo.models import export_onnx, load_encoder


def export(*, checkpoint: Path, out: Path) -> None:
    """Copy a checkpoint folder and put an ONNX file beside its weights that gives the same embeddings.

    Args:
        checkpoint: Checkpoint folder.
        out: Folder to write; model.onnx in it takes a waveform and gives an embedding.
    """
    encoder = load_encoder(checkpoint)
    with atomic_folder(out) as folder:
        shutil.copytree(checkpoint, folder, dirs_exist_ok=True)
        least = export_onnx(encoder, folder / "model.onnx")
    print(f"{out}: model.onnx agrees with the encoder, least cosine {least:.6f}")
