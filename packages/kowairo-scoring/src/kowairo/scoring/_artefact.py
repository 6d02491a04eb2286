"""Fitted values on disk: one folder of plain arrays and JSON, nothing that can execute."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, atomic_folder, read_json, write_json

_ARRAYS, _CONFIG = "arrays.npz", "config.json"
_Base = TypeVar("_Base")


def save_artefact(
    folder: Path,
    *,
    kind: str,
    config: Mapping[str, object],
    arrays: Mapping[str, NDArray[np.float64]],
) -> None:
    """Write ``config.json`` and ``arrays.npz`` into ``folder``, which appears at once or not at all."""
    with atomic_folder(folder) as part:
        write_json(part / _CONFIG, {"kind": kind, **config})
        # The named arrays go through the zip writer one by one: np.savez takes them as **kwargs only.
        np.savez(part / _ARRAYS, **arrays)  # type: ignore[arg-type]  # the stub reads them as allow_pickle


def load_artefact(
    folder: Path, *, kind: str, names: Sequence[str]
) -> tuple[dict[str, object], dict[str, NDArray[np.float64]]]:
    """Read a folder of ``save_artefact``: (config, arrays).

    Raises:
        InputError: The folder is missing, holds another kind, or lacks an array.
    """
    if not (folder / _CONFIG).is_file() or not (folder / _ARRAYS).is_file():
        raise InputError(f"{folder}: expected a saved {kind} with {_CONFIG} and {_ARRAYS}")
    config = read_json(folder / _CONFIG)
    if not isinstance(config, dict) or config.get("kind") != kind:
        raise InputError(f"{folder / _CONFIG}: expected kind {kind}, got {config!r:.80}")
    try:
        with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
            if missing := sorted(set(names) - set(stored.files)):
                raise InputError(f"{folder / _ARRAYS}: missing arrays {missing}")
            return config, {name: np.asarray(stored[name], dtype=np.float64) for name in names}
    except (ValueError, EOFError, BadZipFile) as error:
        raise InputError(f"{folder / _ARRAYS}: not readable as plain arrays: {error}") from error


def saved_kinds(folder: Path, base: type[_Base]) -> tuple[object, set[type[_Base]]]:
    """Find the classes that may have written a folder, by name, among the imported subclasses of ``base``.

    So a file cannot make anything be imported: the classes are those of this package and of loaded plug-ins.

    Args:
        folder: Written by ``save_artefact``.
        base: Abstract base of what is looked for.

    Returns:
        The name that the folder gives, and every concrete class that is called so: one where all is well.

    Raises:
        InputError: There is no readable ``config.json``.
    """
    config = read_json(folder / _CONFIG)
    kind = config.get("kind") if isinstance(config, dict) else None
    found = {each for each in _subclasses(base) if each.__name__ == kind and not inspect.isabstract(each)}
    return kind, found


def _subclasses(base: type[_Base]) -> Iterator[type[_Base]]:
    """Walk all subclasses of ``base``."""
    for each in base.__subclasses__():
        yield each
        yield from _subclasses(each)
