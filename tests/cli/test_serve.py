import io
import tempfile

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from kowairo.cli.commands import COMMANDS
from kowairo.inference.gallery import Gallery
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import tone_voice

CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {}}
RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINT = {"far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""}
CARD = {
    "operating_points": {
        "scores": "cosine",
        "points": {"eer": {"threshold": 0.5, **POINT}, "far_0.01": {"threshold": 0.7, **POINT}},
        "unsupported": {},
    }
}


@pytest.fixture(autouse=True)
def caches_stay_as_they_are(monkeypatch):
    """The command sets them for its own process."""
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1024")
    monkeypatch.setenv("LRU_CACHE_CAPACITY", "1024")


@pytest.fixture
def serve(run, monkeypatch, tmp_path):
    """Run the command with options, and give what a visitor of its application, once started, has seen."""
    save_checkpoint(build_encoder(CONFIG), tmp_path / "encoder", config=CONFIG, card=CARD)

    def start(visit, *options):
        seen = []

        def run_server(app, bound, *, concurrent):
            with TestClient(app, base_url=f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
                seen.append(visit(client))

        monkeypatch.setattr("kowairo.inference.server.run_server", run_server)
        status, out, errors = run("serve", "--encoder", tmp_path / "encoder", "--port", 0, *options)
        assert (status, errors, len(out.splitlines())) == (0, [], 1)
        return seen[0]

    return start


def wav(duration_s=1.0):
    buffer = io.BytesIO()
    soundfile.write(buffer, tone_voice(1, duration_s, np.random.default_rng(0)), 16000, format="WAV")
    return buffer.getvalue()


def enroll(content):
    """A visit that enrols 日向, and gives status and the reason of a refusal."""

    def visit(client):
        answer = client.post("/enroll", data={"name": "日向"}, files={"audio": ("a.wav", content)})
        return answer.status_code, answer.json().get("reason")

    return visit


def status_of(client):
    return client.get("/status").json()


def test_audio_is_kept_only_where_that_is_asked_for(serve, tmp_path):
    def visit(client):
        assert enroll(wav())(client) == (200, None)
        (one,) = client.get("/references", params={"name": "日向"}).json()
        return one["has_audio"], status_of(client)["keeps_audio"]

    assert serve(visit) == (False, False)
    assert serve(visit, "--keep_audio", tmp_path / "kept") == (True, True)
    assert len(list((tmp_path / "kept").glob("*.wav"))) == 1


@pytest.mark.parametrize(("options", "value"), [((), 0.5), (("--point", "far_0.01"), 0.7)])
def test_the_threshold_is_that_of_the_point(serve, options, value):
    assert serve(status_of, *options)["calibration"]["threshold"]["value"] == value


def test_a_recording_below_the_bar_is_taken_with_any_quality(serve):
    assert serve(enroll(wav(0.3))) == (422, "too_short")
    assert serve(enroll(wav(0.3)), "--any_quality", "true") == (200, None)


def test_a_file_that_breaks_off_is_taken_with_cut_files(serve):
    cut = wav(3.0)[:60_000]
    assert serve(enroll(cut)) == (415, "undecodable")
    assert serve(enroll(cut), "--cut_files", "true") == (200, None)


def test_limits_are_those_of_the_options(serve):
    options = ("--max_request_mib", 1, "--max_duration_s", 2.5)
    limits = serve(status_of, *options)["limits"]
    assert (limits["max_request_bytes"], limits["max_duration_s"]) == (1 << 20, 2.5)
    assert serve(enroll(wav(3.0)), *options) == (413, "too_long")
    assert serve(enroll(wav()), "--max_references", 1, "--workers", 1) == (200, None)


def test_a_gallery_without_a_name_is_gone_in_the_end(serve, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    def visit(client):
        assert enroll(wav())(client) == (200, None)
        return status_of(client)["temporary"], len(list(folder.glob("kowairo-gallery-*/gallery")))

    assert serve(visit) == (True, 1)
    assert list(folder.iterdir()) == []


def test_a_gallery_with_a_name_stays(serve, tmp_path):
    def visit(client):
        assert enroll(wav())(client) == (200, None)
        return status_of(client)["temporary"]

    assert serve(visit, "--gallery", tmp_path / "voices") is False
    assert [one.name for one in Gallery.open(tmp_path / "voices").voices()] == ["日向"]


def test_other_places_than_loopback_need_a_token(run):
    status, _, errors = run("serve", "--host", "0.0.0.0", "--port", 0)
    assert status == 2
    assert "--token_file" in errors[0]


def test_a_limit_without_meaning_is_refused(run):
    status, _, errors = run("serve", "--workers", 0)
    assert (status, "workers" in errors[0]) == (2, True)


def test_a_port_that_is_none_is_refused(run):
    status, _, errors = run("serve", "--port", 70_000)
    assert (status, "70000" in errors[0]) == (2, True)


def test_without_its_libraries_it_says_how_to_get_them(run, monkeypatch):
    monkeypatch.setattr("kowairo.cli.serve.find_spec", lambda name: None)
    status, _, errors = run("serve")
    assert status == 2
    assert "pip install 'kowairo-inference[serve]'" in errors[0]


@pytest.mark.parametrize("words", ["serve"])
def test_it_is_in_the_list_of_commands(words):
    assert "loopback" in COMMANDS[words].summary
