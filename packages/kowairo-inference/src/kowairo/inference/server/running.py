"""Start the server: socket, token file, uvicorn."""

import os
import secrets
import socket
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from kowairo.core import InputError

_BACKLOG = 128
_KEEP_ALIVE_S = 10
_MAX_HEADER_BYTES = 16 * 1024
_CONNECTIONS_PER_REQUEST = 8


def open_socket(host: str, port: int) -> socket.socket:
    """Bind a port.

    Args:
        host: Address or name.
        port: Number; 0 for any that is free.

    Raises:
        InputError: It is taken, or the host is none of this machine.
    """
    if not 0 <= port < 1 << 16:
        raise InputError(f"{host}:{port} cannot be served: a port is a number below 65536")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise InputError(f"{host}:{port} cannot be served: {error.strerror or error}") from error


def url_of(bound: socket.socket, *, token: str | None) -> str:
    """Address of the page; a token stands behind `#`, where browsers do not send it."""
    address, port = bound.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    if address in ("0.0.0.0", "::"):  # compared, not bound
        shown = socket.gethostname()
    return f"http://{shown}:{port}/" + ("" if token is None else f"#token={token}")


def read_or_make_token(path: Path) -> str:
    """The token in a file; a new file, for its owner alone, gets a new token.

    Raises:
        InputError: The file is empty, or it is there and cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        token = path.read_text(encoding="utf-8").strip()
        if not token:
            raise InputError(f"{path}: the file of the token is empty; delete it to get a new one") from None
        return token
    token = secrets.token_urlsafe(24)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
    return token


def run_server(app: ASGIApp, bound: socket.socket, *, concurrent: int) -> None:
    """Serve until it is interrupted.

    Args:
        app: The application.
        bound: A bound socket.
        concurrent: Requests with a body at a time: connections are bounded by a multiple.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a client could name any address and so escape its rate limit
        ws="none",
        limit_concurrency=_CONNECTIONS_PER_REQUEST * concurrent,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        http="h11",  # that limit is of this one only
    )
    uvicorn.Server(config).run(sockets=[bound])
