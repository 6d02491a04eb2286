import socket
import stat
import threading
import time
import urllib.request

import pytest

from kowairo.core import InputError
from kowairo.inference.server.running import open_socket, read_or_make_token, run_server, url_of


async def ok(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def test_the_address_is_that_of_the_socket():
    with open_socket("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert url_of(bound, token=None) == f"http://127.0.0.1:{port}/"
        assert url_of(bound, token="abc") == f"http://127.0.0.1:{port}/#token=abc"


def test_a_server_for_all_is_called_by_the_name_of_the_machine():
    with open_socket("0.0.0.0", 0) as bound:
        assert url_of(bound, token=None).startswith(f"http://{socket.gethostname()}:")


@pytest.mark.parametrize(("host", "port"), [("203.0.113.1", 0), ("127.0.0.1", 70_000)])
def test_a_place_that_cannot_be_served_is_named(host, port):
    with pytest.raises(InputError, match=host):
        open_socket(host, port)


def test_a_port_that_is_taken_is_named():
    with open_socket("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(InputError, match=f"{port} cannot be served"):
            open_socket("127.0.0.1", port)


def test_a_new_token_is_for_its_owner_alone_and_stays(tmp_path):
    path = tmp_path / "token"
    token = read_or_make_token(path)
    assert len(token) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_make_token(path) == token
    path.write_text(" \n")
    with pytest.raises(InputError, match="empty"):
        read_or_make_token(path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_serves_on_its_socket():
    bound = open_socket("127.0.0.1", 0)
    url = url_of(bound, token=None)
    # Ends with the process: outside the main thread it hears no signal.
    threading.Thread(target=run_server, args=(ok, bound), kwargs={"concurrent": 2}, daemon=True).start()
    time.sleep(0.05)
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.read() == b"ok"
        assert "server" not in answer.headers
