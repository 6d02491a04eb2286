"""Learning rates that fall from the embedding layer of an encoder down to its first layer."""

from torch import nn

from kowairo.core import InputError
from kowairo.models import Encoder

from .parameter_rule import ParameterRule

_FEWEST_BLOCKS = 8


def layer_rules(
    encoder: Encoder, *, first_factor: float, last_factor: float, frozen_fraction: float = 0.0
) -> tuple[ParameterRule, ...]:
    """Rules that give each block of an encoder its own share of the head's learning rate.

    Block i of n learns at last_factor * (first_factor / last_factor) ** (1 - i / (n - 1)): the first layers,
    which hold what all voices have in common, change least.

    Args:
        encoder: encoder of any kind.
        first_factor: share of the learning rate at the first block.
        last_factor: share at the last block.
        frozen_fraction: share of the stage's steps for which all of the encoder stays as it is.

    Returns:
        Rules for a `SpeakerModel`: one for the whole encoder, then one for each block.

    Raises:
        InputError: if the encoder has no weights.

    Source: J. Howard and S. Ruder, 2018 (discriminative fine-tuning, there 1 / 2.6 from layer to layer).
    Ours: the factors of both ends are given, so that they do not depend on the number of blocks.
    """
    blocks = encoder_blocks(encoder)
    if not blocks:
        raise InputError(f"{type(encoder).__name__} has no weights to train")
    steps = max(1, len(blocks) - 1)
    factors = [last_factor * (first_factor / last_factor) ** (1.0 - i / steps) for i in range(len(blocks))]
    everything = ParameterRule("encoder.*", last_factor, frozen_fraction)
    return (
        everything,
        *(
            ParameterRule(f"encoder.{name}.*", factor, frozen_fraction)
            for name, factor in zip(blocks, factors, strict=True)
        ),
    )


def encoder_blocks(encoder: nn.Module) -> list[str]:
    """Names of the parts of an encoder in the order in which they were made, at least eight if there are.

    Modules are opened level by level, all of a level, until there are enough parts. One with parameters of
    its own stays closed.

    Args:
        encoder: module to part.

    Returns:
        Names of submodules with parameters, as in `named_modules`; empty if there are none.
    """
    blocks = _opened("", encoder)
    while 0 < len(blocks) < _FEWEST_BLOCKS:
        opened = [part for name, block in blocks for part in _opened(name, block) or [(name, block)]]
        if opened == blocks:
            break
        blocks = opened
    return [name for name, _ in blocks]


def _opened(name: str, module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Children with parameters; none if the module has parameters of its own."""
    if any(True for _ in module.parameters(recurse=False)):
        return []
    prefix = f"{name}." if name else ""
    return [
        (f"{prefix}{child}", part)
        for child, part in module.named_children()
        if any(True for _ in part.parameters())
    ]
