"""What fine-tuning starts from: a whole encoder, or as much of one as fits another form."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from kowairo.core import InputError, read_json
from kowairo.models import Encoder, build_encoder, load_encoder, read_card, read_config, save_checkpoint
from kowairo.models.build import Plain

from .partial_load import load_matching, read_tensors


@dataclass(frozen=True, eq=False)
class FinetuneStart:
    """An encoder to fine-tune.

    Attributes:
        init: what was given.
        encoder: the encoder with its weights, in evaluation mode.
        weights: the file of weights.
        loaded: one line about what was loaded.
        card: card of the checkpoint; empty where there is none.
        checkpoint: its folder; None where only a part was loaded, into an encoder of another form.
        encoder_config: class_path and init_args of the encoder.
        classes: names of the classes of the head beside it; None without a head.
    """

    init: Path
    encoder: Encoder
    weights: Path
    loaded: str
    card: dict[str, Plain]
    checkpoint: Path | None
    encoder_config: Mapping[str, Plain]
    classes: list[str] | None

    @property
    def name(self) -> str:
        """What it is called: in its card, or as a folder or file."""
        return str(self.card.get("name") or self.init.name)

    def folder(self, out: Path) -> Path:
        """A checkpoint folder to start training from: the given one, or `out/start`, written here.

        Args:
            out: folder of the fine-tuning.
        """
        if self.checkpoint is not None:
            return self.checkpoint
        save_checkpoint(self.encoder, out / "start", config=self.encoder_config, card=self.card)
        return out / "start"


def finetune_start(init: Path, *, encoder: Mapping[str, Plain] | None = None, seed: int = 0) -> FinetuneStart:
    """Load what fine-tuning starts from.

    Args:
        init: checkpoint folder or stage folder; with `encoder` also a file of weights.
        encoder: class_path and init_args of an encoder of another form; tensors of equal name and shape go
            over, the others are new. None: the encoder of `init`, every tensor of it.
        seed: seed of new weights.

    Raises:
        InputError: if `init` is neither, does not load wholly (without `encoder`), or not at all.
    """
    checkpoint = init / "checkpoint" if (init / "checkpoint").is_dir() else init
    weights = init if init.is_file() else checkpoint / "model.safetensors"
    if not weights.is_file():
        raise InputError(f"{init}: neither a checkpoint folder nor a stage folder nor a file of weights")
    if encoder is None:
        if weights == init:
            raise InputError(
                f"{init} holds weights only; say which encoder they are for (class_path and init_args)"
            )
        whole = load_encoder(checkpoint)
        loaded = f"all {len(whole.state_dict())} tensors loaded"
        config = read_config(checkpoint)
        card = _card(checkpoint)
        return FinetuneStart(init, whole, weights, loaded, card, checkpoint, config, _classes(init))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        other = build_encoder(encoder).eval()
    loaded = load_matching(other, read_tensors(weights), source=str(weights)).summary()
    return FinetuneStart(init, other, weights, loaded, _card(checkpoint), None, encoder, None)


def _card(checkpoint: Path) -> dict[str, Plain]:
    return read_card(checkpoint) if (checkpoint / "card.json").is_file() else {}


def _classes(init: Path) -> list[str] | None:
    path = init / "labels.json"
    return [str(name) for name in read_json(path)] if path.is_file() else None
