"""The error of an embedding that cannot be compared, and the name of its utterance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kowairo.core import InputError


class UnusableRowError(InputError):
    """An embedding that has no cosine.

    Args:
        row: Its row number, also the attribute ``row``.
        name: Its name, if that is known.
    """

    def __init__(self, row: int, name: str | None = None) -> None:
        where = f"row {row}" if name is None else f"that of {name!r}"
        super().__init__(f"expected finite embeddings with a direction, {where} is not finite or all zero")
        self.row = row


@contextmanager
def named_rows(utts: Sequence[str]) -> Iterator[None]:
    """Say the utterance in place of the row number if an embedding turns out to be unusable.

    Args:
        utts: (n,) utterances of the rows.

    Raises:
        UnusableRowError: Raised inside; here with a name.
    """
    try:
        yield
    except UnusableRowError as error:
        raise UnusableRowError(error.row, utts[error.row]) from error
