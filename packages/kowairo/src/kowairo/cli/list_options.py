"""Options that take several words: `--scores a.txt b.txt`."""

import json
from collections.abc import Callable, Sequence
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints


def join_lists(function: Callable[..., None], arguments: Sequence[str]) -> list[str]:
    """Make one value of the words that follow an option whose type is a list.

    Args:
        function: Its annotations say which options are lists.
        arguments: Words of the command line.

    Returns:
        The words, with `--name=[...]` in place of `--name one two`.
    """
    kinds = _list_options(function)
    joined: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        joined.append(word)
        if word not in kinds:
            continue
        count = next((number for number, text in enumerate(rest) if text.startswith("--")), len(rest))
        values, rest = rest[:count], rest[count:]
        if values and not values[0].startswith("["):
            joined[-1] = f"{word}=[{', '.join(_quoted(value, kinds[word]) for value in values)}]"
        else:
            joined += values
    return joined


def _list_options(function: Callable[..., None]) -> dict[str, type]:
    """Type of the items by option, for those that are lists."""
    options = {}
    for name, hint in get_type_hints(function).items():
        kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        for kind in kinds:
            if get_origin(kind) is list:
                options[f"--{name}"] = get_args(kind)[0]
    return options


def _quoted(value: str, kind: type) -> str:
    return value if kind in (int, float) else json.dumps(value, ensure_ascii=False)
