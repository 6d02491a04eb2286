"""Digest of millions of training items, without a copy of them all as text."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from .training_items import TrainingItems

_BLOCK = 1 << 16


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None:
        """Enter some bytes."""


def enter_items(digest: Digest, items: TrainingItems) -> None:
    """Enter utterances, labels and classes into a digest, as the JSON text of the three lists.

    Args:
        digest: what they are entered into.
        items: training items.
    """
    opening = b"["
    labels = (int(label) for label in items.labels)
    for values in (iter(items.utts), labels, iter(items.classes)):
        digest.update(opening)
        _enter_list(digest, values)
        opening = b", "
    digest.update(b"]")


def _enter_list(digest: Digest, values: Iterator[str] | Iterator[int]) -> None:
    digest.update(b"[")
    separator = b""
    while block := list(islice(values, _BLOCK)):
        digest.update(separator + _without_brackets(block))
        separator = b", "
    digest.update(b"]")


def _without_brackets(values: Sequence[object]) -> bytes:
    return json.dumps(values)[1:-1].encode()
