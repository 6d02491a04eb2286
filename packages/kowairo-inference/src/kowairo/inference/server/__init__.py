"""Web page and HTTP interface over an encoder and a gallery. Needs the extra `[serve]` (FastAPI, uvicorn)."""

from .access import Access as Access
from .access import is_loopback as is_loopback
from .app import create_app as create_app
from .gallery_keeper import GalleryKeeper as GalleryKeeper
from .judgement import Judge as Judge
from .judgement import Judgement as Judgement
from .limits import ServerLimits as ServerLimits
from .reference_audio import ReferenceAudio as ReferenceAudio
from .running import open_socket as open_socket
from .running import read_or_make_token as read_or_make_token
from .running import run_server as run_server
from .running import url_of as url_of
from .uploads import UploadedAudio as UploadedAudio
from .uploads import read_upload as read_upload
from .voice_service import VoiceService as VoiceService

__all__ = [
    "Access",
    "GalleryKeeper",
    "Judge",
    "Judgement",
    "ReferenceAudio",
    "ServerLimits",
    "UploadedAudio",
    "VoiceService",
    "create_app",
    "is_loopback",
    "open_socket",
    "read_or_make_token",
    "read_upload",
    "run_server",
    "url_of",
]
