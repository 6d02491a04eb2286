"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure, and equal code gives equal verdicts.
settings.register_profile(
    "kowairo", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kowairo")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of openly licensed voices and noises; tests that need it are skipped where it is absent."""
    beside = Path(__file__).parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("KOWAIRO_DATA", beside))
    if not (folder / "voices" / "train" / "wav.scp").is_file():
        pytest.skip("no folder of real voices here; name one with KOWAIRO_DATA")
    return folder
