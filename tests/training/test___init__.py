"""Public names, and what importing them brings along."""

import subprocess
import sys

import pytest

import kowairo.training


def test_every_public_name_is_there():
    assert [name for name in kowairo.training.__all__ if not hasattr(kowairo.training, name)] == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="train_nothing"):
        kowairo.training.train_nothing  # noqa: B018 - looking it up is the test


@pytest.mark.slow
@pytest.mark.parametrize("module", ["kowairo.training", "kowairo.training.enhancement", "kowairo.cli.train"])
def test_settings_merging_and_enhancement_need_no_lightning(module):
    code = f"import sys, {module}; sys.exit('lightning' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
