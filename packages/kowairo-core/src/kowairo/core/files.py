"""Atomic writes, JSON files and content digests."""

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kowairo.core.errors import InputError


def _partial_name(target: Path) -> Path:
    # The name keeps its ending, because writers such as np.save or soundfile look at it.
    return target.with_name(f".partial-{secrets.token_hex(4)}-{target.name}")


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
    """Give a temporary path in the target's folder that becomes the target on success.

    A reader sees the old file or the whole new one, never a part. The folder is made when missing.

    Args:
        target: The file to write.

    Yields:
        The path to write to; it is removed when the block raises.

    Raises:
        OSError: The folder cannot be written, or the block wrote nothing.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial_name(target)
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def atomic_folder(target: Path | str) -> Iterator[Path]:
    """Give a temporary folder beside the target that becomes the target on success.

    An existing target is replaced as a whole. Between its removal and the renaming there is an instant
    without a target: a job killed there finds nothing and starts again, it never finds half a folder.

    Args:
        target: The folder to write.

    Yields:
        An empty folder to write to; it is removed when the block raises.

    Raises:
        InputError: The target exists and is not a folder.
        OSError: The parent folder cannot be written.
    """
    target = Path(target)
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file, expected a folder to write; remove it or choose another")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial_name(target)
    partial.mkdir()
    try:
        yield partial
        if target.exists():
            replaced = _partial_name(target)
            target.replace(replaced)
            partial.replace(target)
            shutil.rmtree(replaced)
        else:
            partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def file_digest(path: Path | str) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path | str) -> Any:
    """Read a JSON file.

    Args:
        path: The file, UTF-8.

    Returns:
        What the file holds: dict, list, str, int, float, bool or None.

    Raises:
        InputError: The file is missing, is not UTF-8 or is not JSON.
    """
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}") from error


def write_json(path: Path | str, content: object) -> None:
    """Write a JSON file atomically: sorted keys, one space of indent, UTF-8.

    Args:
        path: The file.
        content: Dicts with string keys, lists, strings, finite numbers, booleans and None.

    Raises:
        ValueError: A number is not finite (JSON has no NaN).
        TypeError: Something is none of the types above.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    with atomic_path(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")
