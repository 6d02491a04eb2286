"""What the tests of the repository's structure share."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
UMBRELLA = "kowairo"


@dataclass(frozen=True)
class Package:
    """A folder under packages/."""

    folder: Path
    project: dict[str, Any]

    @property
    def portion(self) -> Path:
        """Its part of the namespace: src/kowairo/<name>."""
        return self.folder / "src" / "kowairo" / self.name

    @property
    def name(self) -> str:
        return "cli" if self.folder.name == UMBRELLA else self.folder.name.removeprefix("kowairo-")

    @property
    def modules(self) -> list[Path]:
        return sorted(self.portion.rglob("*.py"))


def find_packages() -> list[Package]:
    files = sorted((ROOT / "packages").glob("*/pyproject.toml"))
    return [Package(file.parent, tomllib.loads(file.read_text("utf-8"))) for file in files]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def packages() -> list[Package]:
    return find_packages()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "package" in metafunc.fixturenames:
        packages = find_packages()
        metafunc.parametrize("package", packages, ids=[package.folder.name for package in packages])
