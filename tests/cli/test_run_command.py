from pathlib import Path

import pytest
import yaml

from kowairo.cli.commands import Command
from kowairo.cli.run_command import build_parser, run_command
from kowairo.core import InputError

HERE = Command(f"{__name__}:work", "works", writes_config=True)


def work(*, out: Path, number: int = 3, name: str | None = None) -> None:
    """Write a number.

    Args:
        out: Folder.
        number: The number.
        name: A name.
    """
    out.mkdir(exist_ok=True)
    (out / "number").write_text(str(number))


@pytest.fixture
def command(monkeypatch):
    monkeypatch.setattr("kowairo.cli.run_command._load", lambda target: work)
    return HERE


def test_options_come_from_the_signature_and_help_from_the_docstring():
    text = build_parser("work", work).format_help()
    assert "Write a number." in text
    assert "--number NUMBER" in text
    assert "The number." in text


def test_the_resolved_configuration_lies_beside_the_output_and_repeats_the_run(command, tmp_path):
    run_command("work", command, ["--out", str(tmp_path / "a"), "--number", "7"])
    config = yaml.safe_load((tmp_path / "a" / "config.yaml").read_text())
    assert (config["number"], config["name"]) == (7, None)
    run_command("work", command, ["--config", str(tmp_path / "a/config.yaml"), "--out", str(tmp_path / "b")])
    assert (tmp_path / "b" / "number").read_text() == "7"


def test_abbreviated_options_are_refused(command, tmp_path):
    with pytest.raises(InputError, match="--numb"):
        run_command("work", command, ["--out", str(tmp_path), "--numb", "7"])


def test_unknown_keys_of_a_configuration_are_named(command, tmp_path):
    (tmp_path / "c.yaml").write_text("nubmer: 7\n")
    with pytest.raises(InputError, match="nubmer"):
        run_command("work", command, ["--out", str(tmp_path), "--config", str(tmp_path / "c.yaml")])


def test_print_config_stops_before_the_work(command, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run_command("work", command, ["--out", str(tmp_path / "a"), "--print_config"])
    assert "number: 3" in capsys.readouterr().out
    assert not (tmp_path / "a").exists()
