import pytest

from kowairo.core import InputError
from kowairo.inference.server.access import Access, is_loopback

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_token(host):
    assert is_loopback(host)
    assert Access(host).refusal("/voices", {"host": "localhost:8000"}) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_any_other_place_needs_one(host):
    assert not is_loopback(host)
    with pytest.raises(InputError, match="token_file"):
        Access(host)


def test_a_short_token_is_refused():
    with pytest.raises(InputError, match="16 ASCII characters"):
        Access("0.0.0.0", "short")


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_without_the_token_nothing_of_anybody_is_told(given):
    refusal = Access("0.0.0.0", TOKEN).refusal("/voices", {"host": "box:8000", "authorization": given})
    assert refusal.status == 401
    assert refusal.headers["WWW-Authenticate"] == "Bearer"


def test_with_the_token_everything_is_open_and_the_page_always_is():
    access = Access("0.0.0.0", TOKEN)
    assert access.refusal("/voices", {"host": "box", "authorization": f"bearer {TOKEN}"}) is None
    for path in ("/", "/docs", "/static/app.js", "/openapi.json", "/health"):
        assert access.refusal(path, {"host": "box"}) is None
    assert access.refusal("/staticvoices", {"host": "box"}).status == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "", "127.0.0.1.evil.example", "["])
def test_a_name_that_was_made_to_point_here_is_refused(host):
    assert Access("127.0.0.1").refusal("/", {"host": host}).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_the_names_of_loopback_are_accepted(host):
    assert Access("127.0.0.1").refusal("/", {"host": host}) is None


def test_pages_of_other_sites_may_not_ask():
    access = Access("127.0.0.1")
    own = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}
    assert access.refusal("/enroll", own) is None
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9000", "http://[", "http://[x]", ""):
        assert access.refusal("/enroll", own | {"origin": origin}).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_embeds_is_refused_and_its_links_are_followed(site):
    asked = {"host": "127.0.0.1:8000", "sec-fetch-site": site}
    access = Access("127.0.0.1")
    for mode in ("no-cors", "cors", "websocket"):
        refusal = access.refusal("/references/audio", asked | {"sec-fetch-mode": mode})
        assert (refusal.status, refusal.reason) == (403, "cross_origin")
    assert access.refusal("/references/audio", asked).status == 403
    assert access.refusal("/", asked | {"sec-fetch-mode": "navigate"}) is None


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_own_page_and_the_user_may_ask(site):
    asked = {"host": "127.0.0.1:8000", "sec-fetch-site": site, "sec-fetch-mode": "cors"}
    assert Access("127.0.0.1").refusal("/voices", asked) is None
