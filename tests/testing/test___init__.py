"""The suites are found under one name, each without the libraries of the others."""

import subprocess
import sys

import pytest

import kowairo.testing


def test_every_public_name_is_there():
    assert [name for name in kowairo.testing.__all__ if not callable(getattr(kowairo.testing, name))] == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="check_nothing"):
        kowairo.testing.check_nothing  # noqa: B018 - looking it up is the test


@pytest.mark.parametrize(
    "name", ["check_backend", "check_importer", "check_augmentation", "write_tone_corpus"]
)
def test_suites_without_networks_need_no_torch(name):
    code = f"import sys; from kowairo.testing import {name}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
