"""How options may be written: `--exit-code` for `--exit_code true`, and words without an option."""

from collections.abc import Callable, Sequence
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

_TRUTHS = ("true", "false", "yes", "no")


def tidy_words(function: Callable[..., None], arguments: Sequence[str], *, positional: str = "") -> list[str]:
    """Write a command line as the parser wants it.

    A dash inside an option's name may stand for its underscore, an option that is true or false may stand
    without a value, and words that belong to no option become those of the positional one.

    Args:
        function: Its annotations say which options there are.
        arguments: Words of the command line.
        positional: Name of the option, a list, that takes words without an option; empty for none.

    Returns:
        The words; those of the positional option at the end.
    """
    kinds = {name: _kind(hint) for name, hint in get_type_hints(function).items()}
    tidied: list[str] = []
    loose: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            (tidied if word == "-h" else loose).append(word)
            continue
        name, equals, value = word[2:].partition("=")
        known = name.replace("-", "_")
        kind = kinds.get(known)
        tidied.append(f"--{known if kind else name}{equals}{value}")
        taken = 0 if equals else _num_values(kind, rest)
        if kind == "flag" and not equals and not taken:
            tidied[-1] += "=true"
        tidied += rest[:taken]
        rest = rest[taken:]
    if loose and positional:
        return [*tidied, f"--{positional}", *loose]
    return [*loose, *tidied]


def _num_values(kind: str | None, rest: Sequence[str]) -> int:
    """How many of the following words are an option's values."""
    following = next((number for number, text in enumerate(rest) if text.startswith("--")), len(rest))
    if kind == "flag":
        return 1 if following and rest[0].lower() in _TRUTHS else 0
    return following if kind == "list" else min(1, following)


def _kind(hint: object) -> str:
    """flag, list or value."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if bool in kinds:
        return "flag"
    return "list" if any(get_origin(kind) is list for kind in kinds) else "value"
