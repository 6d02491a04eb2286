"""Who may ask: the token, and pages of other sites that must not."""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kowairo.core import InputError

from .refusal import Refusal

OPEN_PATHS = frozenset({"/", "/docs", "/openapi.json", "/health", "/favicon.ico"})
"""What holds nothing of anybody and is needed to ask for the token."""
OPEN_PREFIX = "/static/"
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_OTHER_SITES = frozenset({"cross-site", "same-site"})  # other ports of this machine are the same site
_MIN_TOKEN_CHARACTERS = 16


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Access:
    """The rule of access.

    On loopback no token is needed, and then a page of another site that the user has open is the danger: its
    requests carry its `Origin`, or, with a name that is made to point here (DNS rebinding), a foreign `Host`.
    Those without `Origin`, as of images and sounds, say `Sec-Fetch-Site`; a link to the page is followed.

    Raises:
        InputError: The server is bound elsewhere than on loopback without a token, or the token is short.
    """

    host: str
    """What the server is bound to."""
    token: str | None = None
    """What clients must show as `Authorization: Bearer`."""

    def __post_init__(self) -> None:
        if self.token is None and not is_loopback(self.host):
            raise InputError(
                f"bound to {self.host}, others can reach the server: give --token_file FILE, "
                "which is made with a new token if it is not there"
            )
        if self.token is not None and (len(self.token) < _MIN_TOKEN_CHARACTERS or not self.token.isascii()):
            raise InputError(f"a token has {_MIN_TOKEN_CHARACTERS} ASCII characters or more")

    def refusal(self, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Judge a request by its path and headers.

        Args:
            path: Path of the URL.
            headers: By names in small letters.
        """
        host = headers.get("host", "")
        if self.token is None and _name_of(host) not in _LOOPBACK_NAMES | {self.host}:
            return Refusal(421, "wrong_host", f"this server is not {host!r}")
        origin = headers.get("origin")
        if origin is not None and _place_of(origin) != host:
            return Refusal(403, "cross_origin", f"a page of {origin!r} may not ask")
        if headers.get("sec-fetch-site") in _OTHER_SITES and headers.get("sec-fetch-mode") != "navigate":
            return Refusal(403, "cross_origin", "a page of another site may not ask")
        if self.token is None or path in OPEN_PATHS or path.startswith(OPEN_PREFIX):
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self.token.encode()):
            return None
        return Refusal(401, "token", "this server needs its token", headers={"WWW-Authenticate": "Bearer"})


def _place_of(origin: str) -> str | None:
    """Host and port of an origin, None if it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name_of(host: str) -> str:
    """Host name without port and brackets, empty if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
