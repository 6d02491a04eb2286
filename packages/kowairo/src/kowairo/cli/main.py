"""Entry point of the `kowairo` command."""

import logging
import sys
from importlib.metadata import version
from types import TracebackType

from kowairo.cli.commands import COMMANDS, list_commands, split_words
from kowairo.cli.console import configure_logging
from kowairo.core import InputError, KowairoError

_USAGE = """\
usage: kowairo COMMAND [options]      kowairo COMMAND --help      kowairo --version

Speaker embeddings of acted voices. Commands:
{commands}

Every command takes --config FILE.yaml with values of its options, and --print_config.
COMMAND --then COMMAND ... runs several in one process, which saves importing the libraries again.
--debug shows where an error comes from. Exit status: 0 done, 1 failed, 2 wrong usage or input."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words and options; None takes those of the process.

    Returns:
        0 done, 1 the work failed, 2 the usage or the input is wrong, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    if not debug:
        sys.excepthook = _report_bug
    configure_logging(level=logging.DEBUG if debug else logging.INFO)
    try:
        for one in split_chain([text for text in given if text != "--debug"]):
            _dispatch(one)
        return 0
    except (KowairoError, OSError) as error:
        if debug:
            raise
        _report(error)
        return 2 if isinstance(error, InputError | OSError) else 1
    except KeyboardInterrupt:
        return 130


def split_chain(arguments: list[str]) -> list[list[str]]:
    """Part a command line at `--then`.

    Args:
        arguments: Words and options of several commands.

    Returns:
        Those of each command, at least one.
    """
    chain: list[list[str]] = [[]]
    for text in arguments:
        if text == "--then":
            chain.append([])
        else:
            chain[-1].append(text)
    return chain


def _dispatch(arguments: list[str]) -> None:
    words, options = split_words(arguments)
    if words in COMMANDS:
        # Here, and not above: the parser takes a tenth of a second, which the list of commands does not need.
        from kowairo.cli.run_command import run_command

        run_command(words, COMMANDS[words], options)
        return
    if options[:1] == ["--version"] and not words:
        print(f"kowairo {version('kowairo')}")
        return
    is_group = any(known.startswith(f"{words} ") for known in COMMANDS)
    if (options in (["--help"], ["-h"]) and (is_group or not words)) or not arguments:
        print(_USAGE.format(commands=list_commands(words)))
        return
    if is_group and not options:
        choices = [known.removeprefix(f"{words} ") for known in COMMANDS if known.startswith(f"{words} ")]
        raise InputError(f"{words} needs one more word: {', '.join(choices)}")
    raise InputError(f"no command {words or options[0]!r}; see kowairo --help")


def _report(error: Exception) -> None:
    text = str(error)
    if isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    print(f"kowairo: {text}", file=sys.stderr)


def _report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show what only a mistake in kowairo or one of its plug-ins can cause."""
    print(
        f"kowairo: internal error, {kind.__name__}: {error} (run again with --debug for the traceback)",
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
