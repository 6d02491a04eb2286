"""What every request passes before anything reads it: rate, access, size, time and concurrency."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import OPEN_PREFIX, Access
from .limits import ServerLimits
from .rate_limit import RateLimit
from .refusal import Refusal

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    }
)
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


class RequestGuard:
    """ASGI middleware in front of everything else.

    Args:
        app: What answers.
        access: Who may ask.
        limits: How much and how often.
        clock: Seconds, for tests.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        limits: ServerLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._clock = clock
        self._rate = RateLimit(limits.requests_per_minute)
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        protected = _with_headers(send, cached=scope["path"].startswith(OPEN_PREFIX))
        has_body = scope["method"] in _BODY_METHODS
        refusal = self._refusal(scope, headers, has_body=has_body)
        if refusal is not None:
            await _send_refusal(protected, refusal)
            return
        if not has_body:
            await self._app(scope, receive, protected)
            return
        self._in_hand += 1
        try:
            await self._app(scope, self._bounded(receive), protected)
        finally:
            self._in_hand -= 1

    def _refusal(self, scope: Scope, headers: Mapping[str, str], *, has_body: bool) -> Refusal | None:
        client = (scope.get("client") or ("",))[0]
        wait_s = self._rate.wait_s(client, self._clock())
        if wait_s > 0.0:
            seconds = str(int(wait_s) + 1)
            return Refusal(429, "too_many_requests", "ask less often", headers={"Retry-After": seconds})
        refusal = self._access.refusal(scope["path"], headers)
        if refusal is not None or not has_body:
            return refusal
        declared = headers.get("content-length", "0")
        if not declared.isdecimal():
            return Refusal(400, "bad_input", "Content-Length is no number")
        if len(declared) > 18 or int(declared) > self._limits.max_request_bytes:
            return Refusal(413, "too_large", self._too_large())
        if self._in_hand >= self._limits.concurrent:
            return Refusal(503, "busy", "too many requests are in hand", headers={"Retry-After": "1"})
        return None

    def _too_large(self) -> str:
        return f"more than {self._limits.max_request_bytes} bytes in one request"

    def _bounded(self, receive: Receive) -> Receive:
        """Count the bytes of the body as they come, and stop when they are too many or too slow."""
        left = self._limits.max_request_bytes
        deadline = self._clock() + self._limits.body_timeout_s
        complete = False

        async def bounded() -> Message:
            nonlocal left, complete
            if complete:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, deadline - self._clock()))
            except TimeoutError as error:
                raise HTTPException(408, "the body of the request did not come in time") from error
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, self._too_large())
            complete = not message.get("more_body", False)
            return message

        return bounded


def _with_headers(send: Send, *, cached: bool) -> Send:
    added = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
    added.append((b"cache-control", b"no-cache" if cached else b"no-store"))

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in added}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in names]
            message["headers"] = kept + added
        await send(message)

    return sending


async def _send_refusal(send: Send, refusal: Refusal) -> None:
    body = json.dumps(refusal.as_json(), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    pairs = [
        (name.lower().encode(), value.encode()) for name, value in (headers | dict(refusal.headers)).items()
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
