"""Command `kowairo enhance attach`."""

from pathlib import Path

from kowairo.core import encoder_folder, encoder_record
from kowairo.enhance import load_enhancer
from kowairo.enhance.checkpoint import class_path
from kowairo.models import EnhancedEncoder, load_encoder, save_checkpoint
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config


def attach(*, encoder: str, enhancer: Path, out: Path) -> None:
    """Put an enhancement net behind an encoder: a checkpoint folder for every command that takes one.

    Args:
        encoder: Name (base, anime, campplus) or checkpoint folder.
        enhancer: Folder that `kowairo enhance train` or `kowairo enhance fit` wrote.
        out: Checkpoint folder of the two.
    """
    folder = encoder_folder(encoder)
    net = load_enhancer(enhancer)
    both = EnhancedEncoder(encoder=load_encoder(folder), enhancer=net).eval()
    config: dict[str, Plain] = {
        "class_path": "kowairo.models.EnhancedEncoder",
        "init_args": {
            "encoder": read_config(folder),
            "enhancer": {"class_path": class_path(net), "init_args": dict(net.init_args)},
        },
    }
    # The operating points of the encoder alone hold no longer.
    card = {key: value for key, value in read_card(folder).items() if key != "operating_points"}
    card |= {"enhancer": type(net).__name__, "enhanced": str(encoder)}
    record = encoder_record(folder)
    save_checkpoint(both, out, config=config, card=card, record=None if record is None else record.record)
    print(f"{out}: {type(both.encoder).__name__} + {type(net).__name__}, {both.embedding_dim} dimensions")
