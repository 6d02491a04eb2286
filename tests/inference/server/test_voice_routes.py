import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kowairo.inference.server.limits import ServerLimits


def form(*contents, field="audio", names=()):
    names = [*names, *(f"{number}.wav" for number in range(len(names), len(contents)))]
    return [(field, pair) for pair in zip(names, contents, strict=True)]


def test_enroll_verify_and_404_as_in_the_older_interface(client, wav):
    enrolled = client.post("/enroll", data={"name": "日向"}, files=form(wav(1)))
    assert enrolled.status_code == 200
    assert enrolled.json()["message"] == "enrolled: 1 recordings added"
    answer = client.post("/verify", data={"name": "日向"}, files=form(wav(1, seed=3)))
    told = answer.json()
    assert {"verification_result", "similarity_score", "threshold", "message"} <= told.keys()
    assert told["verification_result"] == (told["similarity_score"] >= told["threshold"])
    unknown = client.post("/verify", data={"name": "誰"}, files=form(wav(1)))
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "unknown_voice")


def test_several_files_are_enrolled_and_the_bad_ones_named(client, wav):
    files = form(wav(1), b"no audio", wav(1, seed=2), names=["一.wav", "../../evil.sh"])
    told = client.post("/enroll", data={"name": "Aoi"}, files=files).json()
    assert (told["added"], told["num_references"]) == (2, 2)
    assert [(one["file"], one["reason"]) for one in told["refused"]] == [("evil.sh", "undecodable")]


def test_a_comparison_takes_several_known_files(client, wav):
    files = form(wav(1), wav(1, seed=2), field="known") + form(wav(2), field="questioned")
    told = client.post("/compare", files=files).json()
    assert (told["same"], len(told["known"]), told["operating_point"]) == (False, 2, "eer")
    assert client.get("/voices").json() == []


def test_a_voice_lives_from_enrolment_to_removal(client, wav):
    client.post("/enroll", data={"name": "title/日向"}, files=form(wav(1), wav(1, seed=2)))
    client.post("/enroll", data={"name": "Aoi"}, files=form(wav(2)))
    assert [one["name"] for one in client.get("/voices").json()] == ["Aoi", "title/日向"]
    assert client.post("/identify", files=form(wav(2, seed=4))).json()["candidates"][0]["name"] == "Aoi"
    assert len(client.get("/map").json()) == 3
    first, second = client.get("/references", params={"name": "title/日向"}).json()
    asked = {"name": "title/日向", "reference": first["id"]}
    sound = client.get("/references/audio", params=asked)
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert client.delete("/references", params=asked).json()["removed"] == 1
    assert client.get("/references/audio", params=asked).status_code == 404
    assert client.delete("/voices", params={"name": "title/日向"}).json()["removed"] == 1
    assert client.delete("/voices", params={"name": "title/日向"}).status_code == 404
    assert second["name"] == "title/日向"


def test_a_large_upload_is_not_written_to_the_temporary_folder(client, wav, monkeypatch):
    client.post("/enroll", data={"name": "日向"}, files=form(wav(1)))
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    large = wav(1, duration_s=40.0)
    assert len(large) > 1 << 20
    assert client.post("/identify", files=form(large)).status_code == 200


def test_maps_in_work_keep_nobody_waiting(client, keeper, monkeypatch):
    """The limits of these tests give one worker."""
    begun, free = threading.Event(), threading.Event()

    def slow_map():
        begun.set()
        assert free.wait(60.0)
        return []

    monkeypatch.setattr(keeper, "map", slow_map)
    with ThreadPoolExecutor() as others:
        try:
            maps = [others.submit(client.get, "/map") for _ in range(2)]
            assert begun.wait(60.0)
            assert others.submit(client.get, "/voices").result(timeout=30.0).json() == []
        finally:
            free.set()
        assert [one.result().json() for one in maps] == [[], []]


HOSTILE = {
    "random": (lambda wav: np.random.default_rng(0).bytes(30_000), 415, "undecodable"),
    "truncated": (lambda wav: wav(1, duration_s=2.0)[:30_000], 415, "undecodable"),
    "zip": (lambda wav: b"PK\x03\x04" + bytes(1000), 415, "undecodable"),
    "NaN": (lambda wav: wav(samples=np.full(16000, np.nan, np.float32), subtype="FLOAT"), 422, "not_finite"),
    "0 bytes": (lambda wav: b"", 422, "empty"),
    "3 hours": (lambda wav: wav(samples=np.zeros(3 * 3600 * 1000), rate=1000, kind="FLAC"), 413, "too_long"),
    "short": (lambda wav: wav(duration_s=0.2), 422, "too_short"),
    "silent": (lambda wav: wav(samples=np.zeros(16000)), 422, "silent"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_upload_has_a_reason_and_the_server_still_answers(client, wav, kind):
    make, status, reason = HOSTILE[kind]
    answer = client.post("/identify", files=form(make(wav), names=["../../etc/passwd"]))
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["file"] == "passwd"
    assert client.get("/health").status_code == 200


def test_a_declared_size_of_ten_gigabytes_is_refused_at_once(client):
    answer = client.post("/verify", content=b"x", headers={"Content-Length": "10737418240"})
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


def test_a_body_without_a_size_is_counted(serve, wav):
    client = serve(limits=ServerLimits(max_request_bytes=10_000))
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    answer = client.post("/identify", content=iter([head, *[bytes(1000)] * 20]), headers=kind)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--"),
        ("multipart/form-data; boundary=b", b"garbage"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="audio"\r\n\r\nx'),
        ("application/json", b'{"audio": "/etc/passwd"}'),
        ("application/x-www-form-urlencoded", b"name=a&audio=%2Fetc%2Fpasswd"),
        ("text/plain", b"\xff\xfe"),
    ],
)
def test_what_is_no_form_is_refused(client, kind, body):
    answer = client.post("/verify", content=body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500
    assert answer.json()["reason"]


def test_too_many_files_are_refused(serve, wav):
    client = serve(limits=ServerLimits(max_files=2))
    answer = client.post("/enroll", data={"name": "Aoi"}, files=form(*[wav(1)] * 3))
    assert (answer.status_code, "at most 2 files" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("count", ["0", "51", "nan", "1e9"])
def test_a_count_without_meaning_is_refused(client, wav, count):
    answer = client.post("/identify", files=form(wav(1)), data={"count": count})
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_request")


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "x" * 201, "x" * 2000])
def test_what_is_no_name_is_refused(client, wav, name):
    answer = client.post("/enroll", data={"name": name}, files=form(wav(1)))
    assert answer.status_code in (400, 422)
    assert client.get("/voices").json() == []
