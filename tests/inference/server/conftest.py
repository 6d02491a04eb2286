"""A server over an encoder of means and deviations, and tone voices as uploads."""

import io

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from kowairo.inference import SpeakerEmbedder
from kowairo.inference.gallery import Gallery, GalleryEncoder
from kowairo.inference.server import (
    Access,
    GalleryKeeper,
    Judge,
    ReferenceAudio,
    ServerLimits,
    VoiceService,
    create_app,
    read_upload,
)
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import tone_voice

CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {}}
RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 8.0, "offset": -4.0},
    "operating_points": {
        "scores": "cosine",
        "points": {
            "eer": {"threshold": 0.999, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""}
        },
        "unsupported": {},
    },
}
PLACE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def card():
    return CARD


@pytest.fixture(scope="session")
def embedder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server") / "encoder"
    save_checkpoint(build_encoder(CONFIG), folder, config=CONFIG, card=CARD)
    return SpeakerEmbedder.from_pretrained(folder)


@pytest.fixture(scope="session")
def wav():
    """Make WAV files: of a voice by number, a second long, or of any samples."""

    def make(voice=1, *, seed=0, samples=None, rate=16000, subtype="PCM_16", kind="WAV", duration_s=1.0):
        if samples is None:
            samples = tone_voice(voice, duration_s, np.random.default_rng([voice, seed]))
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, rate, format=kind, subtype=subtype)
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def upload(wav):
    """Uploads of tone voices as the service takes them."""

    def make(voice=1, *, name="a.wav", **options):
        return read_upload(wav(voice, **options), name, max_duration_s=60.0)

    return make


@pytest.fixture
def limits():
    return ServerLimits(requests_per_minute=10_000, workers=1)


@pytest.fixture
def keeper(embedder, tmp_path):
    encoder = GalleryEncoder("tiny", embedder.digest, embedder.encoder.embedding_dim)
    gallery = Gallery.create(tmp_path / "gallery", encoder)
    audio = ReferenceAudio(tmp_path / "audio", max_duration_s=60.0)
    return GalleryKeeper(gallery, audio=audio, max_references=20)


@pytest.fixture
def service(embedder, keeper, limits):
    return VoiceService(embedder, keeper, judge=Judge(embedder.card), limits=limits)


@pytest.fixture
def serve(service, limits):
    """Start the application with other limits or access; its client raises what a real one would."""
    started = []

    def start(*, access=None, limits=limits, base_url=PLACE, **options):
        app = create_app(service, access=access or Access("127.0.0.1"), limits=limits, **options)
        client = TestClient(app, base_url=base_url, raise_server_exceptions=False)
        started.append(client.__enter__())
        return client

    yield start
    for client in started:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve):
    return serve()
