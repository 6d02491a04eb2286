"""Forms whose files stay in memory: what strangers send is not written to the temporary folder either."""

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser


class MemoryParser(MultiPartParser):
    """Starlette's parser, which would write files of more than 1 MiB to disk, without that."""

    spool_max_size = 0
    """Never, as `tempfile.SpooledTemporaryFile` has it; the guard bounds the request."""


class MemoryFormRequest(Request):
    """A request whose form is parsed into memory."""

    async def form(  # type: ignore[override]  # Starlette's can be entered too; FastAPI awaits it
        self, *, max_files: float = 1000, max_fields: float = 1000, max_part_size: int = 1024 * 1024
    ) -> FormData:
        """The form, with files in memory.

        Args:
            max_files: Most files.
            max_fields: Most other fields.
            max_part_size: Bytes of a field that is no file.

        Raises:
            HTTPException: 400, it is broken, or there is too much in it.
        """
        limits = {"max_files": max_files, "max_fields": max_fields}
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":
            return await super().form(**limits, max_part_size=max_part_size)
        try:
            async with aclosing(self.stream()) as stream:
                return await MemoryParser(self.headers, stream, **limits, max_part_size=max_part_size).parse()
        except MultiPartException as error:
            raise HTTPException(400, error.message) from error


class MemoryFormRoute(APIRoute):
    """An endpoint whose uploads stay in memory; see `fastapi.APIRouter(route_class=...)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Hand the endpoint such a request."""
        handle = super().get_route_handler()

        async def with_memory_form(request: Request) -> Response:
            return await handle(MemoryFormRequest(request.scope, request.receive))

        return with_memory_form
