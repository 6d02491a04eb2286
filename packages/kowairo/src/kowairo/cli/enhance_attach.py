"""Command `kowairo enhance attach`."""

from pathlib import Path
from typing import Literal

from kowairo.core import TrainingRecord, encoder_folder, encoder_record
from kowairo.enhance import load_enhancer
from kowairo.enhance.checkpoint import class_path
from kowairo.models import EnhancedEncoder, load_encoder, save_checkpoint
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config, save_behind

_OF_THE_ENCODER_ALONE = ("name", "operating_points", "calibration", "checked", "half_precision")
"""What its card says and holds no longer."""


def attach(*, encoder: str, enhancer: Path, out: Path, weights: Literal["both", "enhancer"] = "both") -> None:
    """Put an enhancement net behind an encoder: a checkpoint folder for every command that takes one.

    The training record is that of both; a net without one is named in it as unknown, until
    `kowairo models record --checkpoint OUT --init ENCODER --corpora DIR` adds the lines of its training.

    Args:
        encoder: Name (base, anime, campplus) or checkpoint folder.
        enhancer: Folder that `kowairo enhance train` or `kowairo enhance fit` wrote.
        out: Checkpoint folder of the two.
        weights: both; or those of the enhancer alone, a small folder that names the encoder and works where
            that is present.
    """
    folder = encoder_folder(encoder)
    net = load_enhancer(enhancer)
    both = EnhancedEncoder(encoder=load_encoder(folder), enhancer=net).eval()
    own: dict[str, Plain] = {"class_path": class_path(net), "init_args": dict(net.init_args)}
    config: dict[str, Plain] = {
        "class_path": "kowairo.models.EnhancedEncoder",
        "init_args": {"encoder": read_config(folder), "enhancer": own},
    }
    # A net alone has a card of its own: that of the encoder stays where the encoder is.
    whole = read_card(folder) if weights == "both" else {}
    card = {key: value for key, value in whole.items() if key not in _OF_THE_ENCODER_ALONE}
    card |= {"enhancer": type(net).__name__, "enhanced": str(encoder)}
    record = _record(folder, enhancer)
    if weights == "both":
        save_checkpoint(both, out, config=config, card=card, record=record)
    else:
        save_behind(net, out, trunk=encoder, config=own, card=card, record=record)
    unknown = f"; training unknown: {', '.join(record.unrecorded)}" if record and record.unrecorded else ""
    kinds = f"{type(both.encoder).__name__} + {type(net).__name__}"
    print(f"{out}: {kinds}, {both.embedding_dim} dimensions{unknown}")


def _record(encoder: Path, enhancer: Path) -> TrainingRecord | None:
    """What the two were trained on; None where nothing is known of either."""
    found = {folder: encoder_record(folder) for folder in (encoder, enhancer)}
    if not any(found.values()):
        return None
    unknown = [folder.resolve().name for folder, file in found.items() if file is None]
    unrecorded = TrainingRecord.build([], [], unrecorded=unknown)
    return TrainingRecord.union([unrecorded, *(file.record for file in found.values() if file is not None)])
