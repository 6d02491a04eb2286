from pathlib import Path

import pytest

from kowairo.cli.option_words import tidy_words


def command(
    *,
    files: list[Path],
    exit_code: bool = False,
    json: bool | None = None,
    names: list[str] | None = None,
    prior: float = 0.5,
) -> None:
    """Command with flags, a list and a value."""


def tidied(text, *, positional="files"):
    return " ".join(tidy_words(command, text.split(), positional=positional))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a b", "--files a b"),
        ("a b --prior 0.1", "--prior 0.1 --files a b"),
        ("--prior 0.1 a b", "--prior 0.1 --files a b"),
        ("--prior=0.1 a b", "--prior=0.1 --files a b"),
        ("--json a b", "--json=true --files a b"),
        ("--json false a b", "--json false --files a b"),
        ("a --exit-code b", "--exit_code=true --files a b"),
        ("a b --names x y --json", "--names x y --json=true --files a b"),
        ("--files a b", "--files a b"),
        ("--help", "--help"),
        ("-h", "-h"),
        ("--unknown-option x a", "--unknown-option x --files a"),
        ("--prior", "--prior"),
    ],
)
def test_a_command_line_is_written_as_the_parser_wants_it(given, expected):
    assert tidied(given) == expected


def test_without_a_positional_option_words_stay_in_front():
    assert tidied("a --json", positional="") == "a --json=true"
