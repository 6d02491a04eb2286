"""Commands `kowairo models get ge2e` and `kowairo models import`: encoders that others published."""

from pathlib import Path

from kowairo.core import InputError
from kowairo.models import import_foreign
from kowairo.models.ge2e_weights import fetch_ge2e


def get_ge2e(*, source: Path | None = None) -> None:
    """Put the published weights of Resemblyzer's GE2E into this user's cache, by pip or from a file.

    Args:
        source: The wheel or the file of weights, where there is no network; also as --from.
    """
    print(fetch_ge2e(source=source))


def import_encoder(*, source: Path, out: Path) -> None:
    """Make a checkpoint folder of an encoder that somebody else published; nothing in its files is executed.

    Known are ONNX files (waveform or filter bank in), SpeechBrain's and WeSpeaker's ECAPA-TDNN, the anime
    encoder, WeSpeaker's ResNet34, 3D-Speaker's CAM++ and Resemblyzer's GE2E. Commands that only embed take
    the file itself as --encoder too.

    Args:
        source: File of weights (.onnx, .pt, .pth, .ckpt), or folder of SpeechBrain's ECAPA-TDNN.
        out: Checkpoint folder to write.
    """
    if out.exists():
        raise InputError(f"{out}: is there already; choose another folder")
    opened = import_foreign(source, out)
    kind, dim = type(opened.encoder).__name__, opened.encoder.embedding_dim
    print(f"{out}: {kind} with embeddings of {dim}, from {opened.file.name}")
