"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of openly licensed voices and noises; tests that need it are skipped where it is absent."""
    beside = Path(__file__).parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("KOWAIRO_DATA", beside))
    if not (folder / "voices" / "train" / "wav.scp").is_file():
        pytest.skip("no folder of real voices here; name one with KOWAIRO_DATA")
    return folder
