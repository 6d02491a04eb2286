import sys

import pytest

from kowairo.core import KowairoError, is_plugin, load_plugins


def announce(folder, monkeypatch, module):
    """Write the metadata of a distribution that announces a module, and put it on the path."""
    info = folder / "kowai_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kowai-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[kowairo.test]\nanything = {module}\n")
    monkeypatch.syspath_prepend(folder)


def test_announced_modules_are_imported(tmp_path, monkeypatch):
    (tmp_path / "kowai_plugin.py").write_text("")
    announce(tmp_path, monkeypatch, "kowai_plugin")
    assert load_plugins("kowairo.test") == ["kowai_plugin"]
    assert "kowai_plugin" in sys.modules


def test_a_plugin_that_cannot_be_imported_is_named_with_its_distribution(tmp_path, monkeypatch):
    announce(tmp_path, monkeypatch, "kowai_missing")
    with pytest.raises(KowairoError, match="'kowai_missing' of kowai-plugin cannot be imported"):
        load_plugins("kowairo.test")


def test_a_group_that_nobody_announces_is_empty():
    assert load_plugins("kowairo.nobody") == []


def test_a_module_in_an_announced_one_is_a_plugin_and_its_neighbours_are_not(tmp_path, monkeypatch):
    announce(tmp_path, monkeypatch, "kowai_plugin")
    asked = ("kowai_plugin", "kowai_plugin.nets", "kowai_plugins", "kowai", "os")
    assert [is_plugin(name, "kowairo.test") for name in asked] == [True, True, False, False, False]
