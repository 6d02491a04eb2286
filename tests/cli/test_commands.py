import ast
from pathlib import Path

import pytest

import kowairo.cli
from kowairo.cli.commands import COMMANDS, list_commands, split_words


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_points_to_a_documented_function(words):
    module, _, name = COMMANDS[words].target.partition(":")
    source = Path(kowairo.cli.__path__[0]) / f"{module.rpartition('.')[2]}.py"
    functions = {
        node.name: node for node in ast.parse(source.read_text("utf-8")).body if hasattr(node, "name")
    }
    assert "Args:" in ast.get_docstring(functions[name])


def test_the_longest_words_that_name_a_command_are_taken():
    assert split_words(["corpus", "import", "--out", "x"]) == ("corpus import", ["--out", "x"])
    assert split_words(["embed", "--out", "x"]) == ("embed", ["--out", "x"])


def test_words_that_name_no_command_are_given_back():
    assert split_words(["corpus", "--help"]) == ("corpus", ["--help"])
    assert split_words(["--help"]) == ("", ["--help"])
    assert split_words(["no", "such"]) == ("no such", [])


def test_a_list_of_a_group_leaves_other_commands_out():
    assert "kowairo enhance train" in list_commands("enhance")
    assert "  kowairo train" not in list_commands("enhance")
