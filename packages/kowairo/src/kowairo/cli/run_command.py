"""A typed function as a command: options from its signature, help from its docstring."""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from jsonargparse import ActionConfigFile, ArgumentError, ArgumentParser, Namespace

from kowairo.cli.commands import Command
from kowairo.cli.console import quieten_others
from kowairo.cli.list_options import join_lists
from kowairo.cli.option_errors import option_message
from kowairo.cli.option_words import tidy_words
from kowairo.core import InputError, atomic_path, load_plugins


def run_command(words: str, command: Command, arguments: Sequence[str]) -> None:
    """Parse the options of a command and call its function.

    Args:
        words: Words of the command.
        command: The command.
        arguments: What follows the words.

    Raises:
        InputError: An option is unknown or wrong, or `out` cannot be written.
        SystemExit: Help or `--print_config` was asked for.
    """
    if command.uses_networks:
        load_plugins()
    function = _load(command.target)
    quieten_others()
    parser = build_parser(words, function)
    spellings = dict(command.aliases)
    given = [spellings.get(text, text) for text in arguments]
    try:
        words_given = tidy_words(function, given, positional=command.positional)
        options = parser.parse_args(join_lists(function, words_given))
    except ArgumentError as error:
        raise InputError(f"{option_message(str(error))} (see kowairo {words} --help)") from error
    _check_output(options)
    values = parser.instantiate(options).as_dict()
    values.pop("config", None)
    function(**values)
    if command.writes_config:
        _write_config(parser, options)


def build_parser(words: str, function: Callable[..., None]) -> ArgumentParser:
    """Make the parser of a command.

    Args:
        words: Words of the command.
        function: Typed keyword arguments become options.

    Returns:
        A parser that raises on errors, with `--config` and `--print_config`.
    """
    parser = ArgumentParser(prog=f"kowairo {words}", exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--config", action=ActionConfigFile, help="YAML file with values of these options.")
    parser.add_function_arguments(function, as_group=False, fail_untyped=True)
    parser.description = (function.__doc__ or "").partition("\n\n")[0]
    return parser


def _load(target: str) -> Callable[..., None]:
    module, _, name = target.partition(":")
    function: Callable[..., None] = getattr(import_module(module), name)
    return function


def _check_output(options: Namespace) -> None:
    """Find out before the work, not after it, that the output cannot be written."""
    out = options.get("out")
    if not isinstance(out, Path):
        return
    existing = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if existing != out and not existing.is_dir():
        raise InputError(f"{out}: cannot be written, {existing} is a file")
    if not os.access(existing, os.W_OK):
        raise InputError(f"{out}: cannot be written, no permission for {existing}")


def _write_config(parser: ArgumentParser, options: Namespace) -> None:
    text = parser.dump(options, skip_unset=False)
    with atomic_path(Path(options.out) / "config.yaml") as partial:
        partial.write_text(text, encoding="utf-8")
