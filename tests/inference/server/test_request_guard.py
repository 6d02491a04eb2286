import asyncio
import json

import pytest
from starlette.exceptions import HTTPException

from kowairo.inference.server.access import Access
from kowairo.inference.server.limits import ServerLimits
from kowairo.inference.server.request_guard import SECURITY_HEADERS, RequestGuard


class Sent(list):
    """Collects what is sent; the first message has status and headers."""

    async def __call__(self, message):
        self.append(message)

    @property
    def status(self):
        return self[0]["status"]

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self[0]["headers"]}


def scope(method="POST", path="/verify", **headers):
    pairs = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in pairs.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw, "client": ("127.0.0.1", 1)}


def chunks(*sizes):
    left = [{"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes]
    left.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return left.pop(0)

    return receive


async def reads_all(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOW")]})
    await send({"type": "http.response.body", "body": b"ok"})


def guard(app=reads_all, **limits):
    return RequestGuard(app, access=Access("127.0.0.1"), limits=ServerLimits(**limits))


def ask(guarded, asked, receive=None):
    sent = Sent()
    asyncio.run(guarded(asked, receive or chunks(), sent))
    return sent


def test_every_answer_has_the_headers_of_safety():
    expected = {name.lower(): value for name, value in SECURITY_HEADERS.items()}
    for sent in (ask(guard(), scope()), ask(guard(), scope(host="evil"))):
        assert expected.items() <= sent.headers.items()
        assert sent.headers["cache-control"] == "no-store"


def test_the_page_may_load_nothing_from_elsewhere():
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    loose = {"http:", "https:", "'unsafe-inline'", "'unsafe-eval'", "*"}
    assert not loose & set(policy.replace(";", " ").split())


@pytest.mark.parametrize("declared", ["10737418240", "9" * 5000, "1001"])
def test_too_large_a_body_is_refused_before_it_is_read(declared):
    async def never():
        raise AssertionError("the body was read")

    sent = ask(guard(max_request_bytes=1000), scope(content_length=declared), never)
    assert sent.status == 413
    assert json.loads(sent[1]["body"])["reason"] == "too_large"
    assert sent.headers["connection"] == "close"


@pytest.mark.parametrize("declared", ["-1", "1e3", "", "十"])
def test_a_length_that_is_no_number_is_refused(declared):
    raw = scope()
    raw["headers"].append((b"content-length", declared.encode("latin-1", "replace")))
    assert ask(guard(), raw).status == 400


def test_a_body_that_does_not_say_how_large_it_is_is_counted():
    with pytest.raises(HTTPException) as caught:
        ask(guard(max_request_bytes=1000), scope(), chunks(600, 600))
    assert caught.value.status_code == 413
    assert ask(guard(max_request_bytes=1000), scope(), chunks(500, 500)).status == 200


def test_a_body_that_does_not_come_is_given_up():
    async def never():
        await asyncio.sleep(3600)

    with pytest.raises(HTTPException) as caught:
        ask(guard(body_timeout_s=0.01), scope(), never)
    assert caught.value.status_code == 408


def test_who_asks_too_often_is_told_when_to_come_again():
    guarded = guard(requests_per_minute=2)
    found = [ask(guarded, scope("GET", "/voices")) for _ in range(3)]
    assert [sent.status for sent in found] == [200, 200, 429]
    assert int(found[-1].headers["retry-after"]) >= 1


def test_requests_in_hand_are_bounded_and_are_let_go_also_when_they_fail():
    async def fails(scope, receive, send):
        raise RuntimeError("broken")

    async def two_at_once():
        entered, done = asyncio.Event(), asyncio.Event()

        async def waits(scope, receive, send):
            entered.set()
            await done.wait()
            await reads_all(scope, receive, send)

        guarded, first, second = guard(waits, concurrent=1), Sent(), Sent()
        running = asyncio.ensure_future(guarded(scope(), chunks(), first))
        await entered.wait()
        await guarded(scope(), chunks(), second)
        done.set()
        await running
        return first.status, second.status

    assert asyncio.run(two_at_once()) == (200, 503)
    guarded = guard(fails, concurrent=1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            ask(guarded, scope())


def test_what_is_no_request_is_passed_on():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(guard(app)({"type": "lifespan"}, chunks(), Sent()))
    assert seen == ["lifespan"]
