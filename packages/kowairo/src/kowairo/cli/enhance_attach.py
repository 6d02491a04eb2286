"""Command `kowairo enhance attach`."""

from pathlib import Path
from typing import Literal

from kowairo.core import encoder_folder, encoder_record
from kowairo.enhance import load_enhancer
from kowairo.enhance.checkpoint import class_path
from kowairo.models import EnhancedEncoder, load_encoder, save_checkpoint
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config, save_behind

_OF_THE_ENCODER_ALONE = ("name", "operating_points", "calibration", "checked", "half_precision")
"""What its card says and holds no longer."""


def attach(*, encoder: str, enhancer: Path, out: Path, weights: Literal["both", "enhancer"] = "both") -> None:
    """Put an enhancement net behind an encoder: a checkpoint folder for every command that takes one.

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
    found = encoder_record(folder)
    record = None if found is None else found.record
    if weights == "both":
        save_checkpoint(both, out, config=config, card=card, record=record)
    else:
        save_behind(net, out, trunk=encoder, config=own, card=card, record=record)
    print(f"{out}: {type(both.encoder).__name__} + {type(net).__name__}, {both.embedding_dim} dimensions")
