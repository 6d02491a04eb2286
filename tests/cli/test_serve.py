import pytest

from kowairo.cli.commands import COMMANDS


@pytest.fixture(autouse=True)
def caches_stay_as_they_are(monkeypatch):
    """The command sets them for its own process."""
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1024")
    monkeypatch.setenv("LRU_CACHE_CAPACITY", "1024")


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
