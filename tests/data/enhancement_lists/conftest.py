import numpy as np
import pytest

from kowairo.data.enhancement_lists import ListSource


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def source():
    """Three speakers with sessions of 4, 3 and 1 files."""
    sizes = {"x": 4, "y": 3, "z": 1}
    utts = [f"id{s}/{name}/{n}" for s in range(3) for name, size in sizes.items() for n in range(size)]
    return ListSource.of_paths(utts)
