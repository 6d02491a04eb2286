"""The application: page, interface, guard and errors together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from kowairo.core import InputError

from .access import Access
from .limits import ServerLimits
from .refusal import Refusal
from .request_guard import RequestGuard
from .voice_routes import VoiceRoutes
from .voice_service import VoiceService

_STATIC = Path(__file__).with_name("static")
_DESCRIPTION = (
    "Speaker verification and a gallery of voices. Errors are `{detail, reason, file}` with a status of 4xx."
)
_REASONS = {400: "bad_input", 404: "not_found", 405: "wrong_method", 408: "too_slow", 413: "too_large"}


def create_app(
    service: VoiceService, *, access: Access, limits: ServerLimits, accept_cut: bool = False
) -> FastAPI:
    """Make the application.

    Args:
        service: What does the work.
        access: Who may ask.
        limits: Of requests.
        accept_cut: Use files that break off as far as they go.

    Returns:
        An ASGI application, to be run in one process.
    """
    routes = VoiceRoutes(service, limits=limits, accept_cut=accept_cut)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        routes.close()

    app = FastAPI(
        title="kowairo",
        description=_DESCRIPTION,
        version=version("kowairo-inference"),
        docs_url=None,  # FastAPI's own page loads its scripts from another host
        redoc_url=None,
        lifespan=lifespan,
    )
    app.include_router(routes.router())
    for path, file in (("/", "index.html"), ("/docs", "docs.html"), ("/favicon.ico", "favicon.svg")):
        app.add_api_route(path, _page(_STATIC / file), methods=["GET"], include_in_schema=False)
    app.add_api_route("/health", _health, methods=["GET"])
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_exception_handler(InputError, _input_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(RequestGuard, access=access, limits=limits)
    return app


def _page(file: Path) -> Callable[[], Awaitable[Response]]:
    async def page() -> Response:
        return FileResponse(file)

    return page


async def _health() -> dict[str, str]:
    """Whether the server answers."""
    return {"status": "ok"}


def _answer(refusal: Refusal) -> JSONResponse:
    return JSONResponse(refusal.as_json(), refusal.status, headers=dict(refusal.headers))


async def _input_error(request: Request, error: Exception) -> Response:
    return _answer(Refusal.of_error(error) if isinstance(error, InputError) else _unexplained(error))


async def _validation_error(request: Request, error: Exception) -> Response:
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in wrong)
    return _answer(Refusal(422, "bad_request", said or "the request lacks something"))


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _answer(_unexplained(error))
    reason = _REASONS.get(error.status_code, "bad_request")
    return _answer(Refusal(error.status_code, reason, str(error.detail), headers=error.headers or {}))


def _unexplained(error: Exception) -> Refusal:
    return Refusal(400, "bad_input", str(error))
