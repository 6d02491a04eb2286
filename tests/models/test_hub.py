import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kowairo.core import InputError
from kowairo.models import hub
from kowairo.models.hub import HubError, NotOnHubError, fetch_checkpoint, fetch_file, is_hub_id

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class _Hub(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self):
        self.server.asked.append(self.path)
        if not self.path.endswith(("/model.pth", "/config.yaml", "/model.safetensors", "/card.json")):
            self.send_error(404, "Not Found")
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT) + (10 if "cut" in self.path else 0)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_comes_from_the_place_that_hubs_use(server, tmp_path):
    path = fetch_file("owner/name", "model.pth", folder=tmp_path, sha256=SHA256.upper())
    assert path.read_bytes() == CONTENT
    assert server.asked == ["/owner/name/resolve/main/model.pth"]


def test_a_file_is_fetched_once(server, tmp_path):
    for _ in range(2):
        fetch_file("owner/name", "model.pth", revision="v1.0", folder=tmp_path)
    assert server.asked == ["/owner/name/resolve/v1.0/model.pth"]


def test_without_a_folder_it_is_kept_in_the_users_cache(server, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    path = fetch_file("owner/name", "model.pth")
    assert path == tmp_path / "hub" / "owner" / "name" / "main" / "model.pth"


def test_a_file_with_another_hash_is_refused_and_not_kept(server, tmp_path):
    with pytest.raises(InputError, match=f"SHA-256 is {SHA256}, 0000 was asked for"):
        fetch_file("owner/name", "model.pth", folder=tmp_path, sha256="0000")
    assert list(tmp_path.iterdir()) == []


def test_the_hash_of_a_file_in_the_cache_is_checked_too(tmp_path):
    (tmp_path / "model.pth").write_bytes(b"changed")
    with pytest.raises(InputError, match="as it was fetched earlier"):
        fetch_file("owner/name", "model.pth", folder=tmp_path, sha256=SHA256)


def test_a_download_that_breaks_off_is_not_kept(server, tmp_path):
    with pytest.raises(HubError, match="broke off after 7000 of 7010 bytes"):
        fetch_file("owner/name", "model.pth", revision="cut", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_not_kept(server, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "MAX_FILE_BYTES", 100)
    with pytest.raises(HubError, match="larger than 100 bytes"):
        fetch_file("owner/name", "model.pth", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_folder_is_fetched_with_what_it_has(server, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    folder = fetch_checkpoint("owner/name", sha256=SHA256)
    found = sorted(path.name for path in folder.iterdir() if path.suffix != ".absent")
    assert found == ["card.json", "config.yaml", "model.safetensors"]


def test_a_checkpoint_folder_that_was_fetched_needs_no_network(server, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    folder = fetch_checkpoint("owner/name")
    asked = len(server.asked)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert fetch_checkpoint("owner/name") == folder
    assert len(server.asked) == asked


def test_the_pinned_hash_of_a_checkpoint_is_that_of_its_weights(server, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "user_cache", lambda: tmp_path)
    with pytest.raises(InputError, match="0000 was asked for"):
        fetch_checkpoint("owner/name", sha256="0000")


def test_a_file_that_the_hub_does_not_have_is_named(server, tmp_path):
    with pytest.raises(NotOnHubError, match=r"other\.pth: the hub says 404"):
        fetch_file("owner/name", "other.pth", folder=tmp_path)


def test_without_a_network_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(HubError, match=r"fetch that file elsewhere and give its path, or put it at .*x\.pth"):
        fetch_file("owner/name", "x.pth", folder=tmp_path)


@pytest.mark.parametrize(
    ("repository", "name"), [("name", "x"), ("a/../b", "x"), ("a/b", "../x"), ("a/b", "")]
)
def test_names_that_lead_elsewhere_are_refused(repository, name):
    with pytest.raises(InputError, match="expected owner/name"):
        fetch_file(repository, name)


def test_a_mirror_that_is_no_address_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "file:///etc")
    with pytest.raises(InputError, match="expected the address of a hub"):
        fetch_file("owner/name", "x.pth", folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("owner/name", True), ("litagin/x_y.z-1", True), ("name", False), ("./a", False), ("a/b/c", False)],
)
def test_ids_of_a_hub_are_told_from_paths(text, expected):
    assert is_hub_id(text) is expected
