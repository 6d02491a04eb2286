"""Command `kowairo serve`: web page and HTTP interface."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from kowairo.core import InputError

_NEEDED = ("fastapi", "uvicorn", "python_multipart")
# oneDNN keeps what it compiled for each length of recording it met: 430 MiB became 1 GiB in 300 requests.
# Without that it stays below 520, for a seventh more CPU time. Read when torch is loaded, so not later.
_CACHES: Mapping[str, str] = MappingProxyType(
    {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "0", "LRU_CACHE_CAPACITY": "1"}
)


def serve(
    *,
    gallery: str | None = None,
    encoder: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    token_file: Path | None = None,
    keep_audio: Path | None = None,
    point: str | None = None,
    any_quality: bool = False,
    cut_files: bool = False,
    max_duration_s: float = 60.0,
    max_request_mib: int = 32,
    requests_per_minute: int = 600,
    concurrent: int = 16,
    workers: int = 2,
    max_references: int = 100_000,
) -> None:
    """Serve a page to compare, enrol and identify voices, and its HTTP interface, until interrupted.

    Args:
        gallery: Folder or URL (s3://, gs://, az://), made if missing; without one it is gone in the end.
        encoder: Name (base, anime, campplus ...), checkpoint folder, published file or hub id; that of the
            gallery by default, `base` for a new one.
        host: Address to bind; others than loopback need a token.
        port: Port; 0 for any that is free.
        token_file: File with the token that clients must show; made with a new one if missing.
        keep_audio: Folder that keeps the audio of enrolled recordings, so that they can be played.
        point: Operating point of the encoder's card: eer (the default if there), far_0.01 ...
        any_quality: Accept recordings below the bar of quality too.
        cut_files: Accept files that break off, as far as they go.
        max_duration_s: Longest recording.
        max_request_mib: Largest request, all files together, MiB.
        requests_per_minute: Of one client address.
        concurrent: Requests with files in hand at a time.
        workers: Recordings in work at a time, one core each.
        max_references: References beyond which nothing is enrolled.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise InputError(f"serve needs {', '.join(missing)}: pip install 'kowairo-inference[serve]'")
    for name, value in _CACHES.items():
        os.environ.setdefault(name, value)
    # Here, and not above: these need the extra, and torch.
    from kowairo.cli.opened_gallery import open_or_make
    from kowairo.inference import server

    limits = server.ServerLimits(
        max_request_bytes=max_request_mib * 1024 * 1024,
        max_duration_s=max_duration_s,
        requests_per_minute=requests_per_minute,
        concurrent=concurrent,
        workers=workers,
        max_references=max_references,
    )
    token = None if token_file is None else server.read_or_make_token(token_file)
    access = server.Access(host, token)
    with _place(gallery) as place, server.open_socket(host, port) as bound:
        opened, embedder = open_or_make(place, encoder, any_quality=any_quality)
        audio = server.ReferenceAudio(keep_audio, max_duration_s=max_duration_s)
        keeper = server.GalleryKeeper(opened, audio=audio, max_references=max_references)
        judge = server.Judge(embedder.card, point=point)
        service = server.VoiceService(embedder, keeper, judge=judge, limits=limits, temporary=gallery is None)
        app = server.create_app(service, access=access, limits=limits, accept_cut=cut_files)
        kept = "gone in the end" if gallery is None else f"in {gallery}"
        url = server.url_of(bound, token=token)
        print(f"{url}  (encoder {opened.encoder.name}; gallery {kept}; Ctrl-C ends)", flush=True)
        server.run_server(app, bound, concurrent=concurrent)


@contextmanager
def _place(gallery: str | None) -> Iterator[str]:
    """The gallery's place, or one for as long as the server runs."""
    if gallery is not None:
        yield gallery
        return
    with TemporaryDirectory(prefix="kowairo-gallery-") as folder:
        yield str(Path(folder) / "gallery")
