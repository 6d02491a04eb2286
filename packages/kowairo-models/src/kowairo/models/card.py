"""Changing the card of a checkpoint folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .build import Plain
from .checkpoint import _write_card, load_encoder, read_card, read_config


def update_card(folder: Path, facts: Mapping[str, Plain]) -> None:
    """Adds facts to a card, in place of those of the same name; card.json and card.md.

    Args:
        folder: the checkpoint folder; its other files stay as they are.
        facts: plain values.

    Raises:
        InputError: not a checkpoint folder, or the facts are not plain data.
    """
    card = {**read_card(folder), **facts}
    _write_card(folder, read_config(folder), card, load_encoder(folder))
