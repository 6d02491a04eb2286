"""What fits together, and what of it can be used."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kowairo.core import InputError
from kowairo.enhance import EnhancementNet, SetEnhancer
from kowairo.losses import EnhancementLoss

from .config import EnhancementConfig
from .eer_list import EERList
from .items import NOBODY, EnhancementItems

_logger = logging.getLogger(__name__)


def check_sides(
    enhancer: EnhancementNet,
    loss: EnhancementLoss,
    train: EnhancementItems,
    *,
    valid: EnhancementItems | None,
    tests: Sequence[EERList],
    config: EnhancementConfig,
) -> None:
    """Refuse what does not fit together.

    Args:
        enhancer: The net.
        loss: The objective.
        train: Training items.
        valid: Validation items.
        tests: Test lists.
        config: Says whether speakers may be on two sides.

    Raises:
        InputError: Items are of another kind than the loss needs, dimensions differ, a speaker is on two
            sides, two test lists have one name, a classifier has no speakers or nothing to choose its epoch
            by, or domains are missing.
    """
    for items in (train, valid):
        if items is not None and items.kind != loss.list_kind:
            raise InputError(f"{type(loss).__name__} needs a {loss.list_kind} list, got a {items.kind} list")
    _check_domains(enhancer, loss, train, valid)
    if loss.uses_classes:
        _check_classes(loss, train, None if tests or config.keep == "last" else valid)
    if len({test.name for test in tests}) < len(tests):
        raise InputError(f"expected a name for each test list, got {', '.join(test.name for test in tests)}")
    _check_dims(enhancer, train, valid, tests)
    if config.speaker_overlap == "refuse":
        _check_speakers(train, valid, tests)


def usable_items(items: EnhancementItems, config: EnhancementConfig, *, name: str) -> EnhancementItems:
    """Leave out, and count, the speakers who cannot be used.

    Args:
        items: Items of a list.
        config: Says whether a target leaves out its input, which takes two embeddings.
        name: What the items are for.

    Raises:
        InputError: Nobody is left.
    """
    if items.clean is not None and config.clean_target == "line":
        _logger.info("%s: %d disturbed embeddings with their clean ones", name, len(items.rows))
        return items
    try:
        usable = items.usable(min_utterances=2 if config.left_out == "input" else 1)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    _logger.info("%s: %d embeddings of %d speakers", name, len(usable.rows), usable.num_speakers)
    if usable.left_out:
        what = "pairs of one session and of two" if items.kind == "distribution" else "two embeddings"
        _logger.info("%s: %d speakers without %s are left out", name, usable.left_out, what)
    return usable


def _check_domains(
    enhancer: EnhancementNet, loss: EnhancementLoss, train: EnhancementItems, valid: EnhancementItems | None
) -> None:
    if not loss.uses_domains:
        return
    if isinstance(enhancer, SetEnhancer):
        raise InputError(
            f"{type(loss).__name__}: lines of a set may be of several domains; train a net of rows"
        )
    for name, items in (("training", train), ("validation", valid)):
        if items is not None and items.domains is None:
            raise InputError(f"{type(loss).__name__} needs domains of the {name} items; name a table of them")


def _check_classes(loss: EnhancementLoss, train: EnhancementItems, judge: EnhancementItems | None) -> None:
    """Refuse a classifier without classes, or without any in what alone chooses its epoch."""
    known = set(train.names) - {NOBODY}
    if not known:
        raise InputError(f"{type(loss).__name__} needs speakers; name a table of them")
    if judge is not None and not known & set(judge.names):
        raise InputError(
            f"{type(loss).__name__} knows training speakers only, so validation items cannot choose the "
            "epoch: give a list of trials, or keep the last epoch"
        )


def _check_dims(
    enhancer: EnhancementNet,
    train: EnhancementItems,
    valid: EnhancementItems | None,
    tests: Sequence[EERList],
) -> None:
    sides = {"training": train.embeddings.dim}
    sides |= {} if valid is None else {"validation": valid.embeddings.dim}
    sides |= {f"test list {test.name}": test.embeddings.dim for test in tests}
    if {*sides.values(), enhancer.input_dim, enhancer.output_dim} != {enhancer.input_dim}:
        dims = ", ".join(f"{name} {dim}" for name, dim in sides.items())
        raise InputError(
            f"expected one dimension, got {dims}, net {enhancer.input_dim} to {enhancer.output_dim}"
        )


def _check_speakers(
    train: EnhancementItems, valid: EnhancementItems | None, tests: Sequence[EERList]
) -> None:
    others = set() if valid is None else set(valid.names)
    shared = sorted((set(train.names) & others.union(*(test.speakers for test in tests))) - {NOBODY})
    if shared:
        raise InputError(
            f"{len(shared)} speakers are in training and in validation or test, e.g. {shared[0]!r}"
        )
