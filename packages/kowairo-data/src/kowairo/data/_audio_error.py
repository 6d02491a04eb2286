"""The one error of audio reading and its reasons."""

from typing import Literal, get_args

from kowairo.core import InputError

Reason = Literal[
    "missing", "undecodable", "empty", "silent", "not_finite", "too_short", "too_long", "clipped"
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class AudioError(InputError):
    """An audio file cannot be used.

    Args:
        reason: One of `REASONS`.
        detail: What was found, for people.
        source: The file; empty where only samples were looked at.
    """

    def __init__(self, reason: Reason, detail: str, source: str = "") -> None:
        super().__init__(": ".join(part for part in (source, reason, detail) if part))
        self.reason = reason
        self.detail = detail
        self.source = source

    def __reduce__(self) -> tuple[type["AudioError"], tuple[Reason, str, str]]:
        # `args` holds the joined message only; worker processes rebuild the error from its parts.
        return (type(self), (self.reason, self.detail, self.source))
