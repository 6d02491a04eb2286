"""The HTTP interface: uploads to samples, answers to JSON; all work is done in the work queue."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypeVar

import torch
from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from kowairo.core import InputError
from kowairo.data import AudioError

from .answers import (
    ComparisonAnswer,
    EnrolledVoice,
    EnrollmentAnswer,
    ErrorAnswer,
    IdentificationAnswer,
    PlacedReference,
    RefusedFile,
    RemovalAnswer,
    StatusAnswer,
    StoredReference,
    VoiceVerdict,
)
from .limits import ServerLimits
from .memory_form import MemoryFormRoute
from .uploads import UploadedAudio, read_upload
from .voice_service import VoiceService

Answer = TypeVar("Answer")
VoiceName = Annotated[str, Form(description="Name of the voice, in any script.", max_length=1000)]
KnownName = Annotated[str, Query(description="Name of the voice.", max_length=1000)]
ReferenceId = Annotated[str, Query(description="Id of the reference, as `GET /references` gives it.")]
Audio = Annotated[UploadFile, File(description="A recording: WAV, FLAC, Ogg, MP3 or AIFF.")]
Audios = Annotated[list[UploadFile], File(description="Recordings; the field may be repeated.")]


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorAnswer} for status in statuses}


_AUDIO_REFUSALS = _refusals(400, 413, 415, 422)


class VoiceRoutes:
    """The endpoints over a service.

    Args:
        service: What does the work.
        limits: Of files, durations and workers.
        accept_cut: Use files that break off as far as they go.
    """

    def __init__(self, service: VoiceService, *, limits: ServerLimits, accept_cut: bool = False) -> None:
        self._service = service
        self._limits = limits
        self._accept_cut = accept_cut
        self._pool = ThreadPoolExecutor(
            limits.workers, "voice", initializer=torch.set_num_threads, initargs=(1,)
        )
        # A layout takes seconds: in the pool, a few of them would let nobody else be served.
        self._maps = ThreadPoolExecutor(1, "map")

    def router(self) -> APIRouter:
        """All endpoints."""
        made = APIRouter(route_class=MemoryFormRoute)
        add = made.add_api_route
        unknown = _refusals(404)
        add("/verify", self.verify, methods=["POST"], responses=_AUDIO_REFUSALS | unknown)
        add("/enroll", self.enroll, methods=["POST"], responses=_AUDIO_REFUSALS | _refusals(409))
        add("/compare", self.compare, methods=["POST"], responses=_AUDIO_REFUSALS)
        add("/identify", self.identify, methods=["POST"], responses=_AUDIO_REFUSALS)
        add("/voices", self.voices, methods=["GET"])
        add("/voices", self.remove, methods=["DELETE"], responses=unknown)
        add("/references", self.references, methods=["GET"], responses=unknown)
        add("/references", self.remove_reference, methods=["DELETE"], responses=unknown)
        add("/references/audio", self.audio, methods=["GET"], response_class=Response, responses=unknown)
        add("/map", self.map, methods=["GET"])
        add("/status", self.status, methods=["GET"])
        return made

    def close(self) -> None:
        """Wait for what is in work."""
        self._pool.shutdown(cancel_futures=True)
        self._maps.shutdown(cancel_futures=True)

    async def verify(self, name: VoiceName, audio: Audio) -> VoiceVerdict:
        """Is this recording an enrolled voice? 404 if nobody of that name is enrolled."""
        sent = await self._sent([audio])
        return await self._do(lambda: self._service.verify(name, *self._read(sent)))

    async def enroll(self, name: VoiceName, audio: Audios) -> EnrollmentAnswer:
        """Add recordings to a voice, made if it is not there; those that cannot be used are named."""
        sent = await self._sent(audio)

        def work() -> EnrollmentAnswer:
            if len(sent) == 1:
                return self._service.enroll(name, self._read(sent))
            usable, refused = self._read_each(sent)
            return self._service.enroll(name, usable, refused=refused)

        return await self._do(work)

    async def compare(
        self,
        known: Annotated[list[UploadFile], File(description="Recordings of the known voice.")],
        questioned: Annotated[UploadFile, File(description="The questioned recording.")],
    ) -> ComparisonAnswer:
        """Are these recordings one voice? Nothing of them is kept."""
        sent = await self._sent([*known, questioned])

        def work() -> ComparisonAnswer:
            *first, last = self._read(sent)
            return self._service.compare(first, last)

        return await self._do(work)

    async def identify(
        self,
        audio: Audio,
        count: Annotated[int, Form(description="Candidates to list.", ge=1, le=50)] = 5,
    ) -> IdentificationAnswer:
        """Who of the gallery is it, or nobody?"""
        sent = await self._sent([audio])
        return await self._do(lambda: self._service.identify(*self._read(sent), count=count))

    async def voices(self) -> list[EnrolledVoice]:
        """All voices of the gallery."""
        return await self._do(self._service.keeper.voices)

    async def references(self, name: KnownName) -> list[StoredReference]:
        """The references of a voice."""
        return await self._do(lambda: self._service.keeper.references(name))

    async def remove(self, name: KnownName) -> RemovalAnswer:
        """Remove a voice with all its references."""
        return await self._do(lambda: self._service.keeper.remove(name))

    async def remove_reference(self, name: KnownName, reference: ReferenceId) -> RemovalAnswer:
        """Remove one reference of a voice; with the last one the voice is gone."""
        return await self._do(lambda: self._service.keeper.remove_reference(name, reference))

    async def audio(self, name: KnownName, reference: ReferenceId) -> Response:
        """The audio of a reference as WAV, where it is there."""
        content = await self._do(lambda: self._service.keeper.reference_wav(name, reference))
        return Response(content, media_type="audio/wav")

    async def map(self) -> list[PlacedReference]:
        """All references in the plane, near those that sound like them."""
        return await asyncio.get_running_loop().run_in_executor(self._maps, self._service.keeper.map)

    async def status(self) -> StatusAnswer:
        """The encoder, its calibration, the gallery and the limits of this server."""
        return await self._do(self._service.status)

    async def _do(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _sent(self, files: Sequence[UploadFile]) -> list[tuple[bytes, str | None]]:
        if len(files) > self._limits.max_files:
            raise InputError(f"at most {self._limits.max_files} files in one request, got {len(files)}")
        return [(await file.read(), file.filename) for file in files]

    def _read(self, sent: Sequence[tuple[bytes, str | None]]) -> list[UploadedAudio]:
        limits = self._limits
        return [
            read_upload(content, name, max_duration_s=limits.max_duration_s, accept_cut=self._accept_cut)
            for content, name in sent
        ]

    def _read_each(
        self, sent: Sequence[tuple[bytes, str | None]]
    ) -> tuple[list[UploadedAudio], list[RefusedFile]]:
        usable, refused = [], []
        for one in sent:
            try:
                usable += self._read([one])
            except AudioError as error:
                refused.append(RefusedFile(error.source, error.reason, error.detail))
        return usable, refused
