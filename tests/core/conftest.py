"""Fixtures of the tests of kowairo.core."""

import pytest


@pytest.fixture(params=["plain", "polars"])
def path_of_columns(request, monkeypatch):
    """Runs a test with columns as lists of strings and with columns of polars."""
    if request.param == "plain":
        monkeypatch.setattr("kowairo.core._fast.load_polars", lambda: None)
    else:
        pytest.importorskip("polars")
        monkeypatch.setattr("kowairo.core._fast._WORTH_BYTES", 0)
        monkeypatch.setattr("kowairo.core._fast._WORTH_LINES", 0)
    return request.param
