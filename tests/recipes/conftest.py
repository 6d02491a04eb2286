"""How the tests run a recipe: as a user does, with its run.sh."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

RECIPES = sorted(path.parent for path in (Path(__file__).parents[2] / "recipes").rglob("run.sh"))
FROM_SCRATCH = {"vn_char": ("--init", "none"), "vn_va": ("--init", "none")}
"""What a run does and costs must not depend on the encoders that are installed."""
TRAINING = [path for path in RECIPES if (path / "conf" / "mini.yaml").exists()]
"""Recipes that need nothing but themselves; eval_lists needs something to evaluate."""


@dataclass(frozen=True)
class Recipe:
    """A folder with run.sh, or another script."""

    folder: Path
    script: str = "run.sh"

    def start(self, *options: object) -> subprocess.Popen[str]:
        """Start it in a process group of its own, so that it can be killed as a whole."""
        start = () if "--from" in options else FROM_SCRATCH.get(self.folder.name, ())
        return subprocess.Popen(
            ["bash", self.folder / self.script, *start, *map(str, options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def run(self, *options: object) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        process = self.start(*options)
        try:
            out, errors = process.communicate()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


@pytest.fixture
def vn_char() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "vn_char")


@pytest.fixture
def vn_va() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "vn_va")


@pytest.fixture
def base() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "base")


@pytest.fixture
def eval_lists() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "eval_lists")


@pytest.fixture
def enhance() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "enhance")


@pytest.fixture
def enhance_voices() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "enhance", "voices.sh")


@pytest.fixture
def list_finetune() -> Recipe:
    return Recipe(Path(__file__).parents[2] / "recipes" / "list_finetune")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "recipe" in metafunc.fixturenames:
        metafunc.parametrize(
            "recipe", [Recipe(path) for path in TRAINING], ids=[path.name for path in TRAINING]
        )
    if "configuration" in metafunc.fixturenames:
        paths = [path for recipe in RECIPES for path in sorted((recipe / "conf").glob("*.yaml"))]
        names = [f"{path.parents[1].name}-{path.stem}" for path in paths]
        metafunc.parametrize("configuration", paths, ids=names)
