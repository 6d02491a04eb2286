"""What a server accepts, so that no request can take the machine."""

from dataclasses import dataclass, fields

from kowairo.core import InputError


@dataclass(frozen=True)
class ServerLimits:
    """Limits of size, duration, rate and concurrency.

    Raises:
        InputError: One of them is not positive.
    """

    max_request_bytes: int = 32 * 1024 * 1024
    """Bytes of a request, all its files together; larger ones are refused before they are read."""
    max_files: int = 20
    """Files of one request."""
    max_duration_s: float = 60.0
    """Seconds of one recording; longer ones are refused by their header, before they are decoded."""
    requests_per_minute: int = 600
    """Requests of one client address; as many may come at once after a quiet minute."""
    concurrent: int = 16
    """Requests with a body that are in hand at a time; further ones are told to come again."""
    workers: int = 2
    """Recordings that are decoded and embedded at a time, one core each."""
    body_timeout_s: float = 60.0
    """Seconds in which the body of a request must have come."""
    max_references: int = 100_000
    """References in the gallery beyond which nothing more is enrolled."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise InputError(f"the limit {field.name} must be positive, got {getattr(self, field.name)}")
