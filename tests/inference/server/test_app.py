import re

import pytest

from kowairo.inference.server.access import Access
from kowairo.inference.server.app import create_app

TOKEN = "0123456789abcdef"


def test_the_page_and_all_that_it_loads_are_served_from_here(client):
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="(/[^"#]*)"', page.text + client.get("/docs").text)
    assert {"/static/app.js", "/static/style.css"} <= set(loaded)
    for path in loaded:
        assert client.get(path).status_code == 200
    assert client.get("/favicon.ico").status_code == 200


def test_modules_of_the_page_import_only_what_is_served(client):
    seen, left = set(), {"app.js", "docs.js"}
    while left:
        name = left.pop()
        seen.add(name)
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        left |= set(re.findall(r'from "\./([^"]+)"', answer.text)) - seen
    assert {"api.js", "recorder.js", "map.js", "verdict.js"} <= seen


def test_nothing_of_the_page_names_another_host(client):
    names = ["index.html", "docs.html", "style.css", "parts.css", "app.js", "api.js", "dom.js", "docs.js"]
    for name in names:
        text = client.get(f"/static/{name}").text.replace("http://www.w3.org/2000/svg", "")
        assert not re.findall(r"(?:https?:)?//[\w-]+\.\w+", text), name


def test_the_page_has_no_inline_script_or_style(client):
    for path in ("/", "/docs"):
        text = client.get(path).text
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|<style", text)
        assert "script-src 'self'" in client.get(path).headers["content-security-policy"]


def test_the_interface_is_described_with_its_fields(client):
    described = client.get("/openapi.json").json()
    assert {"/verify", "/enroll", "/compare", "/identify", "/voices", "/map"} <= set(described["paths"])
    verdict = described["components"]["schemas"]["VoiceVerdict"]["properties"]
    assert verdict["similarity_score"]["description"].startswith("Mean of the cosines")


def test_health_and_status_tell_what_is_running(client):
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/status").json()["encoder"] == "tiny"


@pytest.mark.parametrize("path", ["/nothing", "/static/../app.py", "/static/%2e%2e/app.py", "/static/no.js"])
def test_what_is_not_there_is_404_with_a_reason(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")


def test_an_origin_that_is_none_is_refused_with_the_headers_of_safety(client):
    answer = client.get("/voices", headers={"Origin": "http://["})
    assert (answer.status_code, answer.json()["reason"]) == (403, "cross_origin")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_wrong_method_and_a_missing_field_have_reasons(client):
    assert client.put("/verify").json()["reason"] == "wrong_method"
    answer = client.post("/verify", data={"name": "日向"})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "audio: Field required", "reason": "bad_request"}


def test_with_a_token_the_page_is_open_and_the_voices_are_not(serve):
    client = serve(access=Access("0.0.0.0", TOKEN), base_url="http://box:8000")
    assert client.get("/").status_code == 200
    assert client.get("/voices").json()["reason"] == "token"
    assert client.get("/voices", headers={"Authorization": f"Bearer {TOKEN}"}).json() == []


def test_a_mistake_of_ours_is_500_and_the_server_goes_on(service, limits, serve, monkeypatch):
    client = serve()
    monkeypatch.setattr(service, "status", lambda: 1 / 0)
    assert client.get("/status").status_code == 500
    assert client.get("/health").status_code == 200
    assert create_app(service, access=Access("127.0.0.1"), limits=limits).openapi_url == "/openapi.json"
