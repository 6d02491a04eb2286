"""Requests that are not answered as asked: status, reason and words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kowairo.core import InputError
from kowairo.data import AudioError

from ..quality import QualityError

_STATUS_OF_AUDIO: Mapping[str, int] = MappingProxyType({"undecodable": 415, "too_long": 413})
_UNUSABLE_AUDIO = 422
_BAD_INPUT = 400


class UnknownVoiceError(InputError):
    """The gallery has no voice, or no reference, of that name."""


class GalleryFullError(InputError):
    """The server's limit of references is reached."""


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused."""

    status: int
    """HTTP status, 4xx or 503."""
    reason: str
    """One word for programs: `too_large`, `silent`, `unknown_voice` ..."""
    detail: str
    """For people."""
    file: str | None = None
    """Name of the file that is to blame, if one is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers, as `Retry-After`."""

    @classmethod
    def of_error(cls, error: InputError) -> "Refusal":
        """What an error of the libraries means to a client.

        Files that cannot be decoded are 415, too long ones 413, others that mean nothing (silent, too short,
        clipped, not finite, empty) 422; an unknown voice is 404, a full gallery 409, the rest 400.
        """
        if isinstance(error, AudioError | QualityError):
            status = _STATUS_OF_AUDIO.get(error.reason, _UNUSABLE_AUDIO)
            return cls(status, error.reason, error.detail, file=error.source or None)
        if isinstance(error, UnknownVoiceError):
            return cls(404, "unknown_voice", str(error))
        if isinstance(error, GalleryFullError):
            return cls(409, "gallery_full", str(error))
        return cls(_BAD_INPUT, "bad_input", str(error))

    def as_json(self) -> dict[str, Any]:
        """Body of the answer."""
        told = {"detail": self.detail, "reason": self.reason}
        return told if self.file is None else told | {"file": self.file}
