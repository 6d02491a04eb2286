import tempfile

import pytest
from fastapi import APIRouter, FastAPI, Form, UploadFile
from fastapi.routing import APIRoute
from starlette.formparsers import MultiPartParser
from starlette.testclient import TestClient

from kowairo.inference.server.memory_form import MemoryFormRoute

LARGE = bytes(range(256)) * 4 * 5000  # 5 MB; Starlette spools beyond 1 MiB


@pytest.fixture
def no_files(monkeypatch):
    """Whoever makes a temporary file fails, and the form with it."""

    def refuse(*args, **options):
        raise OSError("a temporary file was asked for")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)


def client(*, route_class):
    router = APIRouter(route_class=route_class)

    @router.post("/files")
    async def files(name: str = Form(""), files: list[UploadFile] = ()):
        return {"name": name, "files": [[one.filename, hash(await one.read())] for one in files]}

    app = FastAPI()
    app.include_router(router)
    return TestClient(app)


def test_large_files_come_whole_and_none_is_written(no_files):
    sent = [("files", ("一.wav", LARGE)), ("files", ("b.wav", b"small"))]
    answer = client(route_class=MemoryFormRoute).post("/files", data={"name": "日向"}, files=sent)
    expected = [["一.wav", hash(LARGE)], ["b.wav", hash(b"small")]]
    assert answer.json() == {"name": "日向", "files": expected}


def test_other_applications_of_the_process_are_left_alone(no_files):
    plain = client(route_class=APIRoute)
    answer = plain.post("/files", files=[("files", ("a.wav", LARGE))])
    assert answer.json() == {"detail": "There was an error parsing the body"}
    assert MultiPartParser.spool_max_size == 1024 * 1024


def test_forms_without_files_are_read_too():
    assert client(route_class=MemoryFormRoute).post("/files", data={"name": "葵"}).json()["name"] == "葵"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("multipart/form-data", b"--", "Missing boundary"),
        ("Multipart/Form-Data; boundary=b", b"garbage", "Invalid multipart"),
        ("multipart/form-data; boundary=b", b"--b\r\nA: b\r\n\r\nx\r\n--b--\r\n", '"name" must be provided'),
    ],
)
def test_a_broken_form_is_400_with_the_reason(kind, body, said):
    answer = client(route_class=MemoryFormRoute).post("/files", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
